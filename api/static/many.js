// Several files to verify: sent one by one, a row each, every row opens its report.
import { NO_ANSWER, settle } from "./swap.js";

const BUSY = 429;

export async function judgeEach(form, files) {
  const rows = table(files);
  const limit = Number(form.dataset.max);
  const { action } = form;
  for (const [index, file] of files.entries()) {
    progress(index, files.length);
    rows[index].textContent = "Đang kiểm tra…";
    // One bad file, or no answer, says nothing about the next.
    if (file.size > limit) say(rows[index], "amber", "Tệp quá lớn", "Tệp lớn hơn giới hạn cho phép.");
    else await judge(action, file, rows[index]);
  }
  progress(files.length, files.length);
}

async function judge(action, file, row) {
  const body = new FormData();
  body.append("file", file);
  try {
    let answer = await fetch(action, { method: "POST", body });
    while (answer.status === BUSY) {
      row.textContent = "Đang chờ đến lượt…";
      await new Promise((go) => setTimeout(go, 1000 * Number(answer.headers.get("Retry-After") || 5)));
      answer = await fetch(action, { method: "POST", body });
    }
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    show(row, page.querySelector("main"));
  } catch {
    say(row, "amber", "Chưa kiểm tra được", NO_ANSWER);
  }
}

function show(row, main) {
  const band = main?.querySelector(".band");
  if (!band) {
    say(row, "amber", "Chưa kiểm tra được", main?.querySelector("p")?.textContent ?? "");
    return;
  }
  const colour = ["green", "amber", "red"].find((name) => band.classList.contains(name));
  const report = document.createElement("details");
  const summary = document.createElement("summary");
  summary.textContent = "Xem kết quả";
  for (const marked of main.querySelectorAll("[id]")) marked.removeAttribute("id");
  for (const named of main.querySelectorAll("[aria-labelledby]")) named.removeAttribute("aria-labelledby");
  for (const own of main.querySelectorAll(".actions, [data-focus]")) {
    if (own.matches(".actions")) own.remove();
    else own.removeAttribute("data-focus");
  }
  report.append(summary, ...main.childNodes);
  say(row, colour, band.querySelector("h1").textContent, band.querySelector("p").textContent);
  row.append(report);
}

function say(row, colour, word, sentence) {
  const mark = document.createElement("strong");
  mark.className = `verdict ${colour}`;
  mark.textContent = word;
  const text = document.createElement("p");
  text.textContent = sentence;
  row.replaceChildren(mark, text);
}

function table(files) {
  const page = document.querySelector("#many").content.cloneNode(true);
  const list = page.querySelector("ol");
  const rows = files.map((file) => {
    const row = document.createElement("li");
    const name = document.createElement("p");
    name.className = "who break";
    name.textContent = file.name;
    const place = document.createElement("div");
    place.textContent = "Đang chờ…";
    row.append(name, place);
    list.append(row);
    return place;
  });
  document.querySelector("main").replaceChildren(page);
  settle();
  return rows;
}

function progress(done, all) {
  const box = document.querySelector("[data-many]");
  box.querySelector("progress").value = (100 * done) / all;
  const words = done < all ? `Đang kiểm tra tệp ${done + 1}/${all}` : `Đã kiểm tra ${all} tệp`;
  box.querySelector("[role=status]").textContent = words;
}

// Forms marked data-upload: drop a file, see it go, keep it for another try.
import { judgeEach } from "./many.js";
import { NO_ANSWER, arrive, tell } from "./swap.js";

let last = null; // {action, files} of the newest try

export function watchUploads() {
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-upload]");
    if (!form) return;
    event.preventDefault();
    send(form);
  });
  document.addEventListener("change", (event) => {
    const input = event.target;
    if (input.type === "file" && input.files.length && input.closest("form[data-upload]")) {
      input.form.requestSubmit();
    }
  });
  // On a slow line the file is chosen before this script has come: it goes now.
  for (const input of document.querySelectorAll("form[data-upload] input[type=file]")) {
    if (input.files.length) input.form.requestSubmit();
  }
  for (const kind of ["dragover", "dragleave", "drop"]) {
    document.addEventListener(kind, (event) => drag(event, kind));
  }
}

function drag(event, kind) {
  // A file dropped beside the zone must not replace the page.
  if (event.dataTransfer?.types.includes("Files")) event.preventDefault();
  const zone = event.target.closest?.("[data-drop]");
  if (!zone) return;
  zone.classList.toggle("over", kind === "dragover");
  if (kind === "drop" && event.dataTransfer.files.length) {
    const input = zone.querySelector("input[type=file]");
    input.files = input.multiple
      ? event.dataTransfer.files
      : held([event.dataTransfer.files[0]]);
    input.form.requestSubmit();
  }
}

function held(files) {
  const kept = new DataTransfer();
  for (const file of files) kept.items.add(file);
  return kept.files;
}

function send(form) {
  const input = form.querySelector("input[type=file]");
  const files = [...input.files];
  if (!files.length || form.dataset.busy) return;
  if ("each" in form.dataset && files.length > 1) {
    judgeEach(form, files);
    return;
  }
  if (files.reduce((sum, file) => sum + file.size, 0) > Number(form.dataset.max)) {
    tell(form, "Tệp lớn hơn giới hạn cho phép.");
    return;
  }
  last = { action: form.action, files };
  tell(form, "");
  const request = new XMLHttpRequest();
  request.open("POST", form.action);
  request.upload.addEventListener("progress", (event) => sent(form, event));
  request.addEventListener("load", () => {
    idle(form);
    arrive(form.action, request.responseURL, request.responseText);
    keepFile();
  });
  request.addEventListener("error", () => {
    idle(form);
    tell(form, NO_ANSWER);
  });
  const body = new FormData(form);
  form.dataset.busy = "1";
  form.setAttribute("aria-busy", "true");
  status(form, 0, "Đang tải lên…");
  request.send(body);
}

function sent(form, event) {
  const percent = Math.round((event.loaded / event.total) * 100);
  if (percent < 100) status(form, percent, `Đang tải lên: ${percent}%`);
  else status(form, null, form.dataset.then);
}

function status(form, percent, text) {
  const box = form.querySelector(".progress");
  box.hidden = false;
  const bar = box.querySelector("progress");
  if (percent === null) bar.removeAttribute("value");
  else bar.value = percent;
  const words = box.querySelector("[role=status]");
  // Screen readers hear the stages, not every percent.
  if (words.dataset.stage !== text.split(":")[0]) words.dataset.stage = text.split(":")[0];
  words.textContent = text;
}

function idle(form) {
  delete form.dataset.busy;
  form.removeAttribute("aria-busy");
  form.querySelector(".progress").hidden = true;
}

// After a refusal the same files stay chosen, so that stating its paper size is enough.
function keepFile() {
  const forms = [...document.querySelectorAll("main form[data-upload]")];
  const form = forms.find((one) => one.action === last?.action);
  const refused = document.querySelector("main [data-focus][role=alert]");
  if (!form || !refused) return;
  form.querySelector("input[type=file]").files = held(last.files);
}

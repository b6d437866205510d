// Forms marked data-issue: show which of the nine steps runs while the answer is awaited.
import { NO_ANSWER, arrive, tell } from "./swap.js";

const POLL_MS = 250;

export function watchIssuing() {
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-issue]");
    if (!form) return;
    event.preventDefault();
    issue(form);
  });
}

async function issue(form) {
  const button = form.querySelector("button");
  button.disabled = true;
  tell(form, "");
  const box = form.querySelector(".progress");
  box.hidden = false;
  box.querySelector("[role=status]").textContent = "Đang ghi nhận xác nhận…";
  const polling = setInterval(() => poll(form, box), POLL_MS);
  try {
    const answer = await fetch(form.action, { method: "POST", body: new FormData(form) });
    arrive(form.action, answer.url, await answer.text());
  } catch {
    tell(form, NO_ANSWER);
  } finally {
    clearInterval(polling);
    button.disabled = false;
    box.hidden = true;
  }
}

async function poll(form, box) {
  try {
    const answer = await fetch(form.dataset.issue);
    if (!answer.ok) return;
    const { step, of, text } = await answer.json();
    box.querySelector("progress").value = step;
    box.querySelector("[role=status]").textContent = `Bước ${step}/${of}: ${text}`;
  } catch {
    // The answer of the issue request itself will tell.
  }
}

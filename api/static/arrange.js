// The page strip: buttons and dragging keep the form's own fields; saving is one submit.
import { tell } from "./swap.js";

let dragged = null;

export function watchArranging() {
  document.addEventListener("settled", prepare);
  document.addEventListener("click", (event) => {
    const button = event.target.closest("form[data-arrange] button[type=button]");
    if (button) press(button);
  });
  document.addEventListener("submit", stopUnsaved, true);
  document.addEventListener("dragstart", (event) => {
    const item = event.target.closest?.("[data-kept] [data-page]");
    if (!item) return;
    dragged = item;
    event.dataTransfer.setData("text/plain", "");
    item.classList.add("held");
  });
  document.addEventListener("dragover", (event) => {
    const over = dragged && event.target.closest?.("[data-kept] [data-page]");
    if (!over) return;
    event.preventDefault();
    const box = over.getBoundingClientRect();
    if (event.clientX > box.left + box.width / 2) over.after(dragged);
    else over.before(dragged);
  });
  document.addEventListener("dragend", () => {
    if (!dragged) return;
    dragged.classList.remove("held");
    changed(dragged.closest("form"), place(dragged));
    dragged = null;
  });
}

function prepare() {
  for (const form of document.querySelectorAll("form[data-arrange]:not([data-ready])")) {
    form.dataset.ready = "1";
    for (const part of form.querySelectorAll("[data-plain]")) part.hidden = true;
    for (const part of form.querySelectorAll("[data-buttons]")) part.hidden = false;
    for (const item of form.querySelectorAll("[data-page]")) {
      item.draggable = true;
      item.querySelector("img").draggable = false;
      item.dataset.start = state(item);
    }
    number(form);
  }
}

const list = (form, which) => form.querySelector(`[data-${which}]`);
const items = (holder) => [...holder.querySelectorAll("[data-page]")];
const turn = (item) => item.querySelector("select");
const dropped = (item) => item.querySelector("input[type=checkbox]");
const place = (item) =>
  `${item.dataset.name}: vị trí ${items(item.parentElement).indexOf(item) + 1}`;
const state = (item) =>
  [item.querySelector("input[type=number]").value, turn(item).value, dropped(item).checked].join();

function press(button) {
  const form = button.form;
  const item = button.closest("[data-page]");
  if ("undo" in button.dataset) return undo(form);
  if ("move" in button.dataset) {
    const beside =
      button.dataset.move === "1" ? item.nextElementSibling : item.previousElementSibling;
    if (!beside) return;
    if (button.dataset.move === "1") beside.after(item);
    else beside.before(item);
    changed(form, place(item));
  } else if ("turn" in button.dataset) {
    rotate(item, (Number(turn(item).value) + 90) % 360);
    changed(form, `${item.dataset.name}: xoay ${turn(item).value} độ`);
  } else if ("dropPage" in button.dataset) {
    if (items(list(form, "kept")).length === 1) {
      tell(form, "Phải giữ lại ít nhất một trang.");
      return;
    }
    move(form, item, true);
    changed(form, `Đã bỏ ${item.dataset.name}`);
  } else if ("restore" in button.dataset) {
    move(form, item, false);
    changed(form, `Đã lấy lại ${item.dataset.name}`);
  }
  focusOn(item, button);
}

// The pressed button may have gone or be switched off at an end of the list.
function focusOn(item, button) {
  const opposite = item.querySelectorAll("[data-restore], [data-drop-page]");
  const usable = [button, ...opposite, ...item.querySelectorAll("button")].find(
    (one) => !one.disabled && one.offsetParent,
  );
  usable?.focus();
  usable?.scrollIntoView({ block: "nearest" }); // not behind the bar
}

function rotate(item, degrees) {
  turn(item).value = String(degrees);
  item.querySelector("img").className = `turned-${degrees}`;
}

function move(form, item, away) {
  dropped(item).checked = away;
  list(form, away ? "dropped" : "kept").append(item);
}

function changed(form, said) {
  number(form);
  tell(form, "");
  const dirty = items(form).some((item) => state(item) !== item.dataset.start);
  form.toggleAttribute("data-dirty", dirty);
  form.querySelector("[data-undo]").hidden = !dirty;
  form.querySelector("[data-said]").textContent = dirty ? `${said}. Chưa lưu.` : `${said}.`;
}

function number(form) {
  const kept = items(list(form, "kept"));
  for (const [at, item] of kept.entries()) {
    item.querySelector("[data-number]").textContent = `Trang ${at + 1}`;
    item.querySelector("input[type=number]").value = at + 1;
    item.querySelector("[data-move='-1']").disabled = at === 0;
    item.querySelector("[data-move='1']").disabled = at === kept.length - 1;
  }
  for (const item of items(list(form, "dropped"))) {
    item.querySelector("[data-number]").textContent = "Đã bỏ";
    item.querySelector("input[type=number]").value = item.dataset.place;
  }
  list(form, "dropped-part").hidden = !list(form, "dropped").children.length;
}

function undo(form) {
  const byPlace = items(form).sort((a, b) => a.dataset.place - b.dataset.place);
  for (const item of byPlace) {
    const [, degrees, away] = item.dataset.start.split(",");
    rotate(item, Number(degrees));
    move(form, item, away === "true");
  }
  changed(form, "Đã hoàn tác");
  form.querySelector("[data-save]").focus();
}

// Nobody compares one order on the screen and records another.
function stopUnsaved(event) {
  const form = document.querySelector("form[data-arrange][data-dirty]");
  if (!form || event.target === form) return;
  event.preventDefault();
  event.stopPropagation();
  tell(form, "Hãy lưu sắp xếp hoặc hoàn tác thay đổi trước.");
  form.closest("details").open = true;
  form.querySelector("[data-save]").focus();
}

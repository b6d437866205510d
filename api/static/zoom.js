// Page pictures open in a dialog; without scripts the link opens the picture.

let dialog = null;

export function watchPictures() {
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-zoom]");
    if (!link || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    open(link);
  });
}

function open(link) {
  const links = [...document.querySelectorAll("a[data-zoom]")];
  let at = links.indexOf(link);
  dialog ??= build();
  const image = dialog.querySelector("img");
  const title = dialog.querySelector(".zoombar p");
  const waiting = dialog.querySelector(".zoompage p");
  image.onload = () => {
    image.dataset.loaded = "1";
    waiting.hidden = true;
  };
  const turn = (to) => {
    at = Math.min(Math.max(to, 0), links.length - 1);
    delete image.dataset.loaded;
    waiting.hidden = false;
    image.src = links[at].href;
    image.alt = links[at].querySelector("img").alt;
    title.textContent = `Trang ${at + 1} / ${links.length}`;
  };
  dialog.querySelector("[data-turn='-1']").onclick = () => turn(at - 1);
  dialog.querySelector("[data-turn='1']").onclick = () => turn(at + 1);
  dialog.onkeydown = (event) => {
    if (event.key === "ArrowLeft") turn(at - 1);
    if (event.key === "ArrowRight") turn(at + 1);
  };
  dialog.onclose = () => links[at].focus();
  turn(at);
  dialog.showModal();
}

function build() {
  const made = document.createElement("dialog");
  made.className = "zoomed";
  made.setAttribute("aria-label", "Trang phóng to");
  made.innerHTML = `<div class="zoombar"><button type="button" data-turn="-1">← Trước</button>
    <p aria-live="polite"></p><button type="button" data-turn="1">Sau →</button>
    <button type="button" data-close>Đóng</button></div><div class="zoompage"><p role="status">Đang mở trang…</p><img alt=""></div>`;
  made.querySelector("[data-close]").onclick = () => made.close();
  document.body.append(made);
  return made;
}

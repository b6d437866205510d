// The signing page: watches agent and queue; while signing is on, passes what is asked to
// the agent and its signatures back. One batch, one PIN, typed at the agent's window.
import { agentSign, agentStatus } from "./agent.js";

const POLL_MS = 1500;
const GATHER_MS = 10000; // how long the first of a batch waits for the others
const AT_ONCE = 16; // copies on their way together; the server has the same bound

const page = document.querySelector("[data-sign]");
const part = (name) => page.querySelector(`[data-${name}]`);
const agent = page.dataset.agent;
let signing = false; // the person pressed start
let busy = false; // a batch is at the agent
let busyUntil = 0; // when its first request ends
let firstAsked = 0;
const begun = new Set(); // copies begun since start was pressed: none is begun twice

async function send(path, fields = {}) {
  const form = new FormData();
  form.set("csrf", page.querySelector("[name=csrf]").value);
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  const answer = await fetch(`/desk/sign/${path}`, { method: "POST", body: form });
  const said = answer.status === 204 ? {} : await answer.json();
  if (!answer.ok) throw new Error(said.detail);
  return said;
}

async function tick() {
  try {
    const status = await agentStatus(agent);
    const token = status?.certificates.length ? status.certificates : null;
    showAgent(status, token);
    const forgotten = busy && performance.now() > busyUntil; // nobody at the terminal
    const ready = signing && token !== null && !forgotten;
    const state = await send("poll", { ready: ready ? "1" : "0" });
    showQueue(state);
    if (ready && !busy) {
      await beginFresh(state);
      offer(state, status.certificates);
    }
  } catch {
    say("Máy chủ không phản hồi. Trang tự thử lại.");
  }
  setTimeout(tick, POLL_MS);
}

async function beginFresh({ waiting, requests, preparing }) {
  const room = Math.max(0, AT_ONCE - requests.length - preparing);
  const ids = waiting.map((each) => each.attestation_id).filter((id) => !begun.has(id)).slice(0, room);
  if (!ids.length) return;
  for (const id of ids) begun.add(id);
  await send("begin", { attestations: ids.join(" ") });
}

// Hand over what is asked, once all that is being made has come or was waited for.
function offer(state, certificates) {
  if (!state.requests.length) {
    firstAsked = 0;
    return;
  }
  firstAsked ||= performance.now();
  if (state.preparing && performance.now() - firstAsked < GATHER_MS) return;
  firstAsked = 0;
  const wanted = state.requests[0].certificate_sha256;
  if (!certificates.some((each) => each.sha256 === wanted)) {
    stop("USB token đang cắm không phải của người ký này. Hãy cắm đúng USB token rồi bấm “Bắt đầu ký”.");
    return;
  }
  const batch = state.requests.filter((each) => each.certificate_sha256 === wanted);
  busy = true;
  busyUntil = performance.now() + 1000 * Math.min(...batch.map((each) => each.seconds_left));
  sign(wanted, batch);
}

async function sign(certificate, requests) {
  try {
    const signatures = await agentSign(agent, certificate, requests);
    for (const [place, request] of requests.entries()) {
      await hand(request, signatures[place]);
    }
  } catch (error) {
    if (error.code === "signing.declined") await declineAll(requests);
    stop(error.message);
  } finally {
    busy = false;
  }
}

function hand(request, signature) {
  const { id, attestation_id, attempt, certificate_sha256, digest } = request;
  const fields = { attestation_id, attempt, certificate_sha256, digest, signature };
  return send(`requests/${id}/signature`, fields);
}

async function declineAll(requests) {
  for (const { id } of requests) await send(`requests/${id}/refusal`).catch(() => {});
}

function start() {
  tell("");
  begun.clear();
  signing = true; // the next tick begins what waits
  showButtons();
}

function stop(sentence = "") {
  signing = false;
  showButtons();
  tell(sentence);
  send("leave").catch(() => {}); // else the server finds out after half a minute
}

function showAgent(status, token) {
  part("help").hidden = busy || status !== null;
  part("token").hidden = token === null;
  part("start").disabled = token === null;
  if (token) {
    part("holder").textContent = token[0].holder;
    part("issuer").textContent = token[0].issuer;
  }
  if (signing && status === null && !busy) stop("Không còn thấy trạm ký. Hãy mở lại cửa sổ trạm ký rồi bấm “Bắt đầu ký”.");
  else if (signing && token === null && !busy) stop("USB token đã rút ra. Hãy cắm lại rồi bấm “Bắt đầu ký”.");
  say(sentenceFor(status, token));
}

function sentenceFor(status, token) {
  if (busy) return "Hãy nhập mã PIN ở cửa sổ trạm ký để ký.";
  if (status === null) return "Chưa thấy trạm ký trên máy này.";
  if (token === null) return status.problem || "Trạm ký đã chạy. Hãy cắm USB token.";
  if (status.busy) return "Trạm ký đang chờ mã PIN cho một trang khác.";
  if (signing) return "Đang ký. Bản sao nào đến lượt thì cửa sổ trạm ký hỏi mã PIN.";
  return "Sẵn sàng ký.";
}

function showQueue({ requests, preparing, waiting }) {
  const rows = [
    ...requests.map((each) => cellsOf(each, "Đến lượt ký")),
    ...waiting.map((each) => cellsOf(each, each.waiting ?? "Chờ ký")),
  ];
  const labels = [...page.querySelectorAll("[data-queue] th")].map((cell) => cell.textContent);
  part("queue").tBodies[0].replaceChildren(...rows.map((cells) => row(cells, labels)));
  const count = rows.length + preparing;
  part("count").textContent = count ? `(${count})` : "";
  part("empty").hidden = rows.length > 0;
  part("empty").textContent = preparing
    ? `Đang xử lý ${preparing} bản sao…`
    : "Không có bản sao nào chờ ký.";
}

function cellsOf({ number, title, requester_name, copies }, state) {
  return [number ?? "cấp khi ký", title, requester_name, copies, state];
}

function row(cells, labels) {
  const made = document.createElement("tr");
  for (const [place, text] of cells.entries()) {
    const cell = made.insertCell();
    cell.dataset.label = labels[place];
    cell.textContent = text;
  }
  return made;
}

function showButtons() {
  part("start").hidden = signing;
  part("stop").hidden = !signing;
}

function say(sentence) {
  const place = part("state");
  if (place.textContent !== sentence) place.textContent = sentence;
}

function tell(sentence) {
  const place = part("problem");
  place.textContent = sentence;
  place.hidden = !sentence;
  if (sentence) place.focus();
}

part("start").addEventListener("click", start);
part("stop").addEventListener("click", () => stop());
window.addEventListener("pagehide", () => {
  if (!signing) return;
  const form = new FormData();
  form.set("csrf", page.querySelector("[name=csrf]").value);
  navigator.sendBeacon("/desk/sign/leave", form);
});
tick();

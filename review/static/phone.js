// Three phones: what is typed goes to the intake, what comes back is fetched every second or two.

const board = document.getElementById("phones");
const EVERY = 1500;
const seen = new Map();

function bubble(message) {
  const item = document.createElement("li");
  item.className = message.mine ? "mine" : "";
  item.append(message.text);
  const time = document.createElement("span");
  time.className = "t";
  time.textContent = message.time;
  item.append(time);
  if (message.buttons.length) item.append(choices(message));
  return item;
}

function choices(message) {
  const box = document.createElement("div");
  box.className = "choices";
  for (const { label, data } of message.buttons) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = label;
    button.dataset.data = data;
    box.append(button);
  }
  return box;
}

function show(key, messages) {
  const list = board.querySelector(`[data-phone="${key}"] .bubbles`);
  const known = seen.get(key) ?? new Set();
  const first = !seen.has(key);
  seen.set(key, known);
  for (const message of messages) {
    if (known.has(message.id)) continue;
    known.add(message.id);
    list.querySelector(".empty")?.remove();
    const item = bubble(message);
    if (!first) item.classList.add("fresh");
    list.append(item);
    list.scrollTop = list.scrollHeight;
  }
}

async function look() {
  if (document.hidden) return;
  const answer = await fetch(board.dataset.messages);
  if (answer.status === 401) { location.reload(); return; }
  if (!answer.ok) return;
  for (const [key, messages] of Object.entries((await answer.json()).phones)) show(key, messages);
}

async function send(key, fields) {
  const body = new URLSearchParams({ phone: key, csrf_token: board.dataset.token, ...fields });
  const answer = await fetch(board.dataset.send, { method: "POST", body });
  if (answer.ok) await look();
  return answer.ok;
}

for (const phone of board.querySelectorAll(".phone")) {
  const key = phone.dataset.phone;
  const form = phone.querySelector("form");
  const text = form.querySelector("textarea");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const words = text.value;
    if (words.trim() && (await send(key, { text: words }))) text.value = "";
  });
  text.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey) return;
    event.preventDefault();
    form.requestSubmit();
  });
  phone.addEventListener("click", (event) => {
    const { dataset } = event.target.closest("button") ?? {};
    if (dataset?.try) { text.value = dataset.try; text.focus(); }
    if (dataset?.data) send(key, { button: dataset.data });
    if (dataset && "pin" in dataset) send(key, { pin: "1" });
  });
}

look();
setInterval(look, EVERY);

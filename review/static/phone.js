// The training room: what is typed goes to the intake, what comes back is fetched every second or two.

const board = document.getElementById("phones");
const notice = document.getElementById("said");
const EVERY = 1500;
const TOKEN = /<input type="hidden" name="csrf_token"[^>]*>/g;
const loaded = new Map();

// --- what the network makes of a text: 160 septets or 70 units alone, 153 or 67 when joined ---

const BASIC =
  "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
const EXTENSION = "\f^{}\\[~]|€";

function measure(text) {
  const letters = [...text];
  const gsm7 = letters.every((letter) => BASIC.includes(letter) || EXTENSION.includes(letter));
  const width = (letter) => (gsm7 ? (EXTENSION.includes(letter) ? 2 : 1) : letter.length);
  const [alone, joined] = gsm7 ? [160, 153] : [70, 67];
  const used = letters.reduce((sum, letter) => sum + width(letter), 0);
  let [count, last] = [1, used];
  if (used > alone) {
    last = 0;
    for (const letter of letters) {
      if (last + width(letter) > joined) [count, last] = [count + 1, 0];
      last += width(letter);
    }
  }
  return { left: (used > alone ? joined : alone) - last, count, gsm7 };
}

function count(area) {
  const output = area.form.querySelector(".segments");
  if (!output) return;
  const { left, count, gsm7 } = measure(area.value);
  output.textContent = area.value ? `${left}/${count}${gsm7 ? "" : " special letters"}` : "";
}

// --- what is new ---

function items(html) {
  return [...new DOMParser().parseFromString(`<ol>${html}</ol>`, "text/html").body.firstChild.children];
}

// Only what changed is replaced, so that nothing is read out twice and no form loses its focus.
function merge(list, html, fresh) {
  const before = loaded.get(list);
  if (before === html) return;
  loaded.set(list, html);
  const wanted = items(html).map((item) => document.importNode(item, true));
  const kept = new Set(wanted.map((item) => item.id));
  for (const item of [...list.children]) if (!item.id || !kept.has(item.id)) item.remove();
  wanted.forEach((item, place) => put(list, item, place, before !== undefined && fresh));
  if (before !== undefined && fresh) list.scrollTop = list.scrollHeight;
}

function put(list, item, place, isFresh) {
  const old = item.id ? document.getElementById(item.id) : null;
  const text = item.outerHTML;
  const same = old && (loaded.get(item.id) ?? old.outerHTML.replaceAll(TOKEN, "")) === text;
  if (old && !same && old.contains(document.activeElement)) return;
  loaded.set(item.id, text);
  if (same) {
    if (list.children[place] !== old) list.insertBefore(old, list.children[place] ?? null);
    return;
  }
  const [was, is] = [old?.querySelector("details"), item.querySelector("details")];
  if (was && is) is.open = was.open;
  if (old) old.replaceWith(item);
  else {
    if (isFresh) item.classList.add("fresh");
    list.insertBefore(item, list.children[place] ?? null);
  }
}

function swap(box, html) {
  if (loaded.get(box) === html || box.contains(document.activeElement)) return;
  if (loaded.has(box)) box.replaceChildren(...new DOMParser().parseFromString(html, "text/html").body.childNodes);
  loaded.set(box, html);
}

async function look() {
  if (document.hidden) return;
  const answer = await fetch(board.dataset.messages);
  if (answer.status === 401) { location.reload(); return; }
  if (!answer.ok) return;
  const { bubbles, lines, stories, drill } = await answer.json();
  for (const phone of board.querySelectorAll(".phone")) {
    const { phone: key } = phone.dataset;
    if (!(key in bubbles)) continue;
    merge(phone.querySelector(".bubbles"), bubbles[key], true);
    swap(phone.querySelector("[data-line]"), lines[key]);
  }
  merge(document.getElementById("stories"), stories, false);
  swap(document.getElementById("drill"), drill);
}

// --- what is done ---

async function send(form, submitter) {
  const body = new URLSearchParams(new FormData(form, submitter));
  body.set("csrf_token", board.dataset.token);
  const answer = await fetch(form.action, { method: "POST", body });
  const told = await answer.json().catch(() => ({}));
  notice.textContent = told.error ?? told.note ?? "";
  notice.classList.toggle("trouble", !answer.ok);
  if (answer.ok) await look();
  return answer.ok;
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("[data-quick]")) return;
  event.preventDefault();
  const area = form.matches(".compose") && form.querySelector("textarea");
  if (area && !event.submitter?.name && !area.value.trim()) return;
  form.closest(".change")?.removeAttribute("open");
  document.activeElement.closest(".bubbles form")?.closest(".bubbles").focus();
  if ((await send(form, event.submitter)) && area) {
    form.reset();
    count(area);
  }
});

for (const phone of board.querySelectorAll(".phone")) {
  const text = phone.querySelector(".compose textarea");
  const list = phone.querySelector(".bubbles");
  list.scrollTop = list.scrollHeight;
  text.addEventListener("input", () => count(text));
  text.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey) return;
    event.preventDefault();
    text.form.requestSubmit(text.form.querySelector(".go"));
  });
  phone.addEventListener("click", (event) => {
    const words = event.target.closest("button")?.dataset.try;
    if (!words) return;
    text.value = words;
    text.focus();
    count(text);
  });
}

look();
setInterval(look, EVERY);

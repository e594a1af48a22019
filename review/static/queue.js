// The queue by keys: a look at the words beside the list, one key for what becomes of a row, and rows that
// change in place. Nothing moves under the pointer or the focus: what is done stays, pale, until the list is
// loaded again, and what is new waits behind a button.

import { keys } from "./console.js";
import { follow } from "./live.js";

const list = document.getElementById("queue");
const desk = document.getElementById("desk");
const box = document.getElementById("peek");
const said = document.getElementById("said");
const bulk = document.getElementById("bulk");
const undoing = document.getElementById("undo");
const OPEN = "mbiu-peek";
const urls = list.dataset;
const at = (url, ref) => url.replace(/-(?=\/|$)/, ref);

let here = null;
let sending = Promise.resolve();
let unsent = 0;
let looking = null;

// --- rows ----------------------------------------------------------------------------------------

const rows = () => [...list.querySelectorAll("li[data-ref]")];
const row = (ref) => document.getElementById(`i-${ref}`);
const undone = (one) => !one.classList.contains("done");
const ref = (one) => one.dataset.ref;
const picked = () => rows().filter((one) => one.querySelector(".pick input")?.checked);
const current = () => (here?.isConnected ? here : null);
const isMessage = (one) => one?.dataset.kind === "message";

function go(one) {
  if (!one) return;
  one.querySelector(".title a").focus({ preventScroll: true });
  one.scrollIntoView({ block: "nearest" });
}

function after(one, by = 1) {
  const all = rows();
  const from = one ? all.indexOf(one) : by > 0 ? -1 : all.length;
  const rest = by > 0 ? all.slice(from + 1) : all.slice(0, Math.max(from, 0)).reverse();
  return rest.find(undone);
}

const step = (by) => go(after(current(), by));

list.addEventListener("focusin", (event) => {
  const one = event.target.closest("li[data-ref]");
  if (!one || one === here) return;
  here = one;
  if (!box.hidden) look(one);
});

function pick(one, on) {
  const tick = one?.querySelector(".pick input");
  if (!tick || tick.disabled) return;
  tick.checked = on ?? !tick.checked;
  count();
}

function count() {
  const shown = bulk?.querySelector(".picked");
  const n = picked().length;
  if (shown) shown.textContent = n ? shown.dataset.some.replace("{n}", n) : shown.dataset.none;
  bulk?.classList.toggle("some", n > 0);
}

// --- the words beside the list -------------------------------------------------------------------

function open(on) {
  box.hidden = !on;
  desk.classList.toggle("peeking", on);
  sessionStorage.setItem(OPEN, on ? "yes" : "");
  if (!on) box.replaceChildren();
}

async function look(one) {
  looking?.abort();
  looking = new AbortController();
  open(true);
  box.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(at(urls.peek, ref(one)), { signal: looking.signal });
    if (answer.redirected) { location.reload(); return; }
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const words = answer.ok && page.querySelector(".peek");
    box.replaceChildren(...(words ? [document.importNode(words, true)] : []));
    box.scrollTop = 0;
    box.removeAttribute("aria-busy");
  } catch (error) {
    if (error.name !== "AbortError") tell(said.dataset.lost, true);
  }
}

async function peek() {
  const one = current() ?? after(null);
  if (!one) return;
  if (!box.hidden) { open(false); go(one); return; }
  open(true);
  if (one === here) await look(one);
  else go(one);
}

async function within(selector) {
  const one = current();
  if (!one) return null;
  if (box.querySelector(".peek")?.dataset.ref !== ref(one)) await look(one);
  return box.querySelector(selector);
}

// --- deeds ---------------------------------------------------------------------------------------

function tell(text, bad = false) {
  said.textContent = text;
  said.classList.toggle("bad", bad);
}

function settle(one, done) {
  one.classList.toggle("done", done);
  const tick = one.querySelector(".pick input");
  if (tick) { tick.checked = false; tick.disabled = done; }
}

async function send(url, values) {
  const form = new FormData();
  form.set("csrf_token", bulk.elements.csrf_token.value);
  for (const [name, value] of values) form.append(name, value);
  try {
    const answer = await fetch(url, { method: "POST", body: form, headers: { Accept: "application/json" } });
    const told = await answer.json();
    tell(told.text ?? told.error ?? told.detail, !answer.ok);
    return answer.ok ? told : null;
  } catch {
    tell(said.dataset.lost, true);
    return null;
  }
}

/** One deed after the other, in the order of the keys. */
function queued(deed) {
  const settled = async () => {
    try { await deed(); } finally { unsent -= 1; }
    if (!unsent && rows().length && !rows().some(undone)) onward();
  };
  unsent += 1;
  sending = sending.then(settled, settled);
  return sending;
}

function act(action, refs, more = {}) {
  const leaving = action === "none" || action === "archive";
  const gone = leaving ? refs.map(row).filter(Boolean) : [];
  const next = gone.includes(current()) ? after(current()) ?? null : null;
  for (const one of gone) settle(one, true);
  count();
  if (next) go(next);
  return queued(async () => {
    const values = [["action", action], ...refs.map((one) => ["ref", one]), ...Object.entries(more)];
    const told = await send(urls.act, values);
    if (!told) { for (const one of gone) settle(one, false); return; }
    if (told.done) undoing.hidden = false;
    await follows(told, leaving);
  });
}

async function follows(told, leaving) {
  if (!leaving) {
    const joined = told.action === "join" ? told.refs.filter((one) => one !== told.into) : [];
    const stood = joined.includes(current()?.dataset.ref) ? after(current()) ?? row(told.into) : null;
    for (const one of joined.map(row).filter(Boolean)) settle(one, true);
    for (const one of picked()) pick(one, false);
    await refresh(told.action === "join" ? [told.into] : told.refs, true);
    if (stood) go(stood);
  }
}

/** All on this page is done, and the server knows: load what follows at the head of the list. */
function onward() {
  const url = new URL(location.href);
  url.searchParams.delete("after");
  url.searchParams.delete("before");
  location.replace(url);
}

function undo() {
  return queued(async () => {
    const told = await send(urls.undo ?? undoing.action, []);
    if (!told) return;
    undoing.hidden = true;
    const shown = told.refs.filter(row);
    if (shown.length < told.refs.length) { location.reload(); return; }
    await refresh(shown, true);
    undoing.hidden = false;
    go(row(shown[0]));
  });
}

const chosen = () => (picked().length ? picked() : [current()].filter(Boolean)).filter(undone).map(ref);

function decide(action) {
  const refs = chosen();
  if (refs.length) act(action, refs);
}

async function join() {
  const together = rows().filter((one) => picked().includes(one) || (one === current() && undone(one)));
  if (picked().length && together.length > 1) act("join", together.map(ref));
  else (await within("input[name=into]"))?.focus();
}

function assign() {
  const field = bulk.elements.to;
  field.dataset.refs = chosen().join(" ");
  field.focus();
}

function raise() {
  const form = document.createElement("form");
  form.method = "post";
  form.action = at(urls.raise, ref(current()));
  form.append(bulk.elements.csrf_token.cloneNode());
  form.hidden = true;
  document.body.append(form);
  form.submit();
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form === undoing) { event.preventDefault(); undo(); return; }
  if (form !== bulk && !("act" in form.dataset)) return;
  event.preventDefault();
  const values = new FormData(form, event.submitter);
  const refs = form === bulk ? picked().map(ref) : values.getAll("ref");
  if (!refs.length) { tell(bulk.querySelector(".picked").dataset.none, true); return; }
  const more = {};
  for (const name of ["into", "to"]) if (values.get(name)) more[name] = values.get(name);
  act(values.get("action") ?? form.dataset.act, refs, more);
}, true);

bulk?.elements.to.addEventListener("keydown", (event) => {
  if (event.key === "Escape") go(current());
  if (event.key !== "Enter") return;
  event.preventDefault();
  const refs = event.target.dataset.refs?.split(" ").filter(Boolean) ?? chosen();
  if (refs.length) act("assign", refs, { to: event.target.value });
  go(current());
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || document.querySelector("dialog[open]")) return;
  if (box.contains(event.target)) go(current());
  else if (picked().length) for (const one of picked()) pick(one, false);
  else if (!box.hidden) { open(false); go(current()); }
});
list.addEventListener("change", count);

// --- keys ----------------------------------------------------------------------------------------

const onRow = () => current() && undone(current());
const onLink = () => document.activeElement.closest("#queue > li .title a");
const deciding = () => bulk && onRow();
const page = (rel) => document.querySelector(`a[rel=${rel}]`);
const lists = () => [...document.querySelectorAll("a[data-list]")];

keys({
  j: { run: () => step(1), when: () => rows().length },
  k: { run: () => step(-1), when: () => rows().length },
  o: { run: peek, when: () => rows().length },
  s: { run: () => pick(current()), when: deciding },
  " ": { run: () => pick(current()), when: () => bulk && onLink() },
  n: { run: () => decide("none"), when: () => bulk && chosen().length },
  e: { run: () => decide("archive"), when: () => bulk && chosen().length },
  m: { run: join, when: deciding },
  c: { run: () => act("claim", [ref(current())]), when: () => deciding() && !isMessage(current()) },
  t: { run: assign, when: () => bulk && chosen().length },
  i: { run: raise, when: () => deciding() && isMessage(current()) },
  v: { run: () => location.assign(`${at(urls.page, ref(current()))}#decide`), when: () => deciding() && !isMessage(current()) },
  x: { run: async () => (await within("[data-refute]"))?.focus(), when: () => deciding() && !isMessage(current()) },
  g: { run: async () => (await within("[data-join]"))?.click(), when: deciding },
  "[": { run: () => page("prev").click(), when: () => page("prev") },
  "]": { run: () => page("next").click(), when: () => page("next") },
});
for (let n = 1; n <= 9; n += 1) keys({ [n]: { run: () => lists()[n - 1].click(), when: () => lists()[n - 1] } });

// --- what changes meanwhile ----------------------------------------------------------------------

async function refresh(refs, mine = false) {
  if (!refs.length) return;
  const query = new URLSearchParams(refs.map((one) => ["ref", one]));
  const answer = await fetch(`${urls.rows}?${query}`);
  if (!answer.ok || answer.redirected) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const made of fresh.querySelectorAll("li[data-ref]")) replace(made, mine);
}

function replace(made, mine) {
  const old = document.getElementById(made.id);
  const focused = old?.contains(document.activeElement);
  if (!old || (!mine && (focused || old.matches(":hover, .done")))) return;
  made.classList.add("changed");
  const tick = made.querySelector(".pick input");
  if (tick && !mine) tick.checked = old.querySelector(".pick input")?.checked ?? false;
  if (here === old) here = made;
  old.replaceWith(made);
  if (focused) made.querySelector(".title a").focus({ preventScroll: true });
}

follow(list, document.getElementById("new"), row, refresh);

count();
if (sessionStorage.getItem(OPEN) && rows().length && !location.hash) { open(true); go(rows()[0]); }

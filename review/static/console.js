// What every page does: keys, menus that fold, ages that grow, forms that are sent once.

const help = document.getElementById("keys");
const actions = new Map();

/**
 * Give keys of this page something to do: `keys({ x: refute, u: { run: undo, when: () => done.size } })`.
 * A later call wins. A key whose `when` is false does nothing and is not in the help, whose words are in the
 * template: a `<div data-for="x">` in the block `keys`. An element with `data-key="x"` needs no script at all:
 * the key clicks it, opens it, or goes into it.
 */
export function keys(more) {
  for (const [key, action] of Object.entries(more)) {
    actions.set(key, typeof action === "function" ? { run: action, when: () => true } : action);
  }
}

const first = (selector) => document.querySelector(selector);
const marked = (key) => [...document.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)].find((one) => one.checkVisibility?.() ?? true);

function enter(element) {
  if (element instanceof HTMLDetailsElement) element.open = true;
  const field = element.matches("details, fieldset, form") ? element.querySelector("textarea, select, input:not([type=hidden])") : element;
  if (element.matches("input[type=radio]")) element.click();
  if (element.matches("a, button")) { element.click(); return; }
  element.scrollIntoView({ block: "center" });
  field?.focus();
}

function step(by) {
  const links = [...document.querySelectorAll("#queue .title a")];
  const at = links.indexOf(document.activeElement);
  const next = links[at < 0 ? 0 : Math.min(Math.max(at + by, 0), links.length - 1)];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

function claimed() {
  const row = document.activeElement.closest("#queue > li");
  return (row ?? first(".inchead") ?? document).querySelector("[data-claim]");
}

function toDecision() {
  const choice = first("#decide input[type=radio]");
  (choice ?? document.getElementById("decision"))?.scrollIntoView({ block: "center" });
  choice?.focus();
}

function ask() {
  first("details[data-ask]").open = true;
  first("details[data-ask] textarea")?.focus();
}

function join() {
  const proposal = document.activeElement.closest("[data-proposal]") ?? first("[data-proposal]");
  proposal?.querySelector("[data-join]")?.click();
}

const row = () => first("#queue .title a");
keys({
  j: { run: () => step(1), when: row },
  k: { run: () => step(-1), when: row },
  c: { run: () => claimed()?.click(), when: () => first("[data-claim]") },
  v: { run: toDecision, when: () => document.getElementById("decision") },
  a: { run: ask, when: () => first("details[data-ask]") },
  g: { run: join, when: () => first("[data-proposal]") },
  r: { run: () => document.getElementById("new")?.click(), when: () => document.getElementById("new") },
  "/": { run: () => first("input[type=search]").focus(), when: () => first("input[type=search]") },
  q: () => location.assign("/"),
  "?": () => explain(),
});

const works = (key) => Boolean(marked(key) || actions.get(key)?.when());

function explain() {
  for (const line of help.querySelectorAll("[data-for]")) line.hidden = !line.dataset.for.split(" ").some(works);
  help.showModal();
}

/** The key as Latin letters have it: on an Arabic keyboard the place of the key decides. */
function latin(event) {
  if (event.key.length !== 1 || event.key.charCodeAt(0) < 128) return event.key;
  if (event.code === "Slash") return event.shiftKey ? "?" : "/";
  return event.code.startsWith("Key") ? event.code.slice(3).toLowerCase() : "";
}

function typing(event) {
  return event.ctrlKey || event.metaKey || event.altKey
    || event.target.closest?.("input:not([type=radio], [type=checkbox]), select, textarea, [contenteditable]");
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || typing(event) || document.querySelector("dialog[open]")) return;
  const key = latin(event);
  if (!help || "off" in help.dataset || !works(key)) return;
  event.preventDefault();
  const element = marked(key);
  if (element) enter(element);
  else actions.get(key).run();
});

// A menu that folds is shut by a click beside it and by Escape.
addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details[data-folds][open]")) if (!menu.contains(event.target)) menu.open = false;
});
document.addEventListener("keyup", (event) => {
  const menu = event.key === "Escape" && first("details[data-folds][open]");
  if (menu) { menu.open = false; menu.querySelector("summary").focus(); }
});

for (const one of document.querySelectorAll(".scripted")) one.hidden = false;

const ages = JSON.parse(help?.dataset.ages ?? "[]");

/** A time in words, or nothing where it is too long ago for the words to change here. */
export function age(moment) {
  const minutes = Math.floor((Date.now() - Date.parse(moment)) / 60000);
  if (minutes < 1) return ages[0];
  if (minutes < 60) return ages[1]?.replace("{n}", minutes);
  return minutes < 2880 ? ages[2]?.replace("{n}", Math.floor(minutes / 60)) : undefined;
}

setInterval(() => {
  for (const time of document.querySelectorAll("time[data-age]")) time.textContent = age(time.dateTime) ?? time.textContent;
}, 30000);

document.addEventListener("submit", (event) => {
  if (event.defaultPrevented || event.target.method !== "post") return;
  if (event.target.dataset.sent) { event.preventDefault(); return; }
  event.target.dataset.sent = "yes";
});
addEventListener("pageshow", () => { for (const form of document.forms) delete form.dataset.sent; });

// What every page does: keys, ages that grow, forms that are sent once.

const keys = document.getElementById("keys");
const pages = { q: "/", m: "/map" };

function typing(event) {
  return event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea, [contenteditable]");
}

function step(by) {
  const links = [...document.querySelectorAll("#queue .title a")];
  if (!links.length) return;
  const at = links.indexOf(document.activeElement);
  const next = links[at < 0 ? 0 : Math.min(Math.max(at + by, 0), links.length - 1)];
  next.focus();
  next.scrollIntoView({ block: "nearest" });
}

function claim() {
  const row = document.activeElement.closest("#queue > li");
  (row ?? document.querySelector(".inchead"))?.querySelector("[data-claim]")?.click();
}

function toDecision() {
  const first = document.querySelector("#decide input[type=radio]");
  (first ?? document.getElementById("decision"))?.scrollIntoView({ block: "center" });
  first?.focus();
}

function ask() {
  const box = document.querySelector("details[data-ask]");
  if (!box) return;
  box.open = true;
  box.querySelector("textarea")?.focus();
}

function join() {
  const proposal = document.activeElement.closest("[data-proposal]") ?? document.querySelector("[data-proposal]");
  proposal?.querySelector("[data-join]")?.click();
}

const actions = {
  g: join,
  j: () => step(1), k: () => step(-1), c: claim, v: toDecision, a: ask,
  r: () => document.getElementById("new")?.click(),
  "?": () => keys?.showModal(),
};

document.addEventListener("keydown", (event) => {
  if (typing(event) || document.querySelector("dialog[open]")) return;
  if (pages[event.key]) { location.assign(pages[event.key]); return; }
  const action = actions[event.key];
  if (action) { event.preventDefault(); action(); }
});

export function age(moment) {
  const minutes = Math.floor((Date.now() - Date.parse(moment)) / 60000);
  if (minutes < 1) return "just now";
  if (minutes < 60) return `${minutes} min ago`;
  return minutes < 2880 ? `${Math.floor(minutes / 60)} h ago` : `${Math.floor(minutes / 1440)} days ago`;
}

setInterval(() => {
  for (const time of document.querySelectorAll("time[data-age]")) time.textContent = age(time.dateTime);
}, 30000);

document.addEventListener("submit", (event) => {
  if (event.defaultPrevented || event.target.method !== "post") return;
  if (event.target.dataset.sent) { event.preventDefault(); return; }
  event.target.dataset.sent = "yes";
});
addEventListener("pageshow", () => { for (const form of document.forms) delete form.dataset.sent; });

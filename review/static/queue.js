// Keeps the queue fresh without moving anything under the pointer: rows on screen change in place,
// new ones wait behind a button.

const queue = document.getElementById("queue");
const button = document.getElementById("new");
const EVERY = 5000;
const waiting = new Set();
const seen = new Map();
let after = queue.dataset.after;

async function json(url) {
  const answer = await fetch(url, { headers: { Accept: "application/json" } });
  if (answer.status === 401) location.reload();
  return answer.ok ? answer.json() : null;
}

async function refresh(refs) {
  const query = new URLSearchParams(refs.map((ref) => ["ref", ref]));
  const answer = await fetch(`${queue.dataset.rows}?${query}`);
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const row of fresh.querySelectorAll("li[data-ref]")) {
    const old = document.getElementById(row.id);
    if (!old || old.contains(document.activeElement) || old.matches(":hover")) continue;
    row.classList.add("changed");
    old.replaceWith(row);
  }
}

function announce() {
  button.hidden = waiting.size === 0;
  button.textContent = waiting.size === 1 ? "1 incident is new. Show it" : `${waiting.size} incidents are new. Show them`;
}

async function look() {
  if (document.hidden) return;
  const news = await json(`${queue.dataset.events}?after=${encodeURIComponent(after)}`);
  if (!news) return;
  after = news.after;
  const fresh = news.changed.filter(({ ref, at }) => seen.get(ref) !== at);
  for (const { ref, at } of fresh) seen.set(ref, at);
  const shown = ({ ref }) => document.getElementById(`i-${ref}`);
  for (const one of fresh) if (one.new && !shown(one)) waiting.add(one.ref);
  const here = fresh.filter(shown).map(({ ref }) => ref);
  if (here.length) await refresh(here);
  announce();
}

button.addEventListener("click", () => location.reload());
setInterval(look, EVERY);
document.addEventListener("visibilitychange", look);

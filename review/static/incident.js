// The incident page: counts a question as it is typed, offers ready ones, completes places, shows the words
// that a fact rests on, and says when somebody else changed the incident.

const GSM = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ ÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
const TWICE = "^{}\\[~]|€\f";

export function segments(text) {
  let units = 0;
  for (const letter of text) {
    if (GSM.includes(letter)) units += 1;
    else if (TWICE.includes(letter)) units += 2;
    else { units = -1; break; }
  }
  const [length, one, many] = units < 0 ? [text.length, 70, 67] : [units, 160, 153];
  return { length, count: length <= one ? 1 : Math.ceil(length / many), plain: units >= 0 };
}

for (const area of document.querySelectorAll("textarea[data-count]")) {
  const show = area.form.querySelector(".counter");
  const count = () => {
    if ("chat" in area.dataset) return;
    const { length, count: sms, plain } = segments(area.dataset.prefix + area.value);
    const words = area.dataset.count.replace("{n}", length).replace("{sms}", sms);
    show.textContent = plain ? words : `${words}; ${area.dataset.special}`;
  };
  area.addEventListener("input", count);
  count();
  area.form.querySelector("[data-template]").addEventListener("change", (event) => {
    if (event.target.selectedIndex > 0) area.value = event.target.value;
    count();
    area.focus();
  });
}

const list = document.createElement("datalist");
list.id = "places";
document.body.append(list);
for (const input of document.querySelectorAll("input[data-places]")) {
  let last = "";
  input.addEventListener("input", async () => {
    const text = input.value.trim();
    if (text.length < 2 || text === last) return;
    last = text;
    const answer = await fetch(`${input.dataset.places}?q=${encodeURIComponent(text)}`);
    if (!answer.ok || text !== last) return;
    list.replaceChildren(...(await answer.json()).places.map((place) => new Option("", place)));
  });
}

// The words that a fact was read from light up while one is at the fact; a report's own, at its own value.
function show(field, report) {
  for (const mark of document.querySelectorAll("mark[data-fields]")) {
    const here = !report || mark.closest("article")?.id === report;
    mark.classList.toggle("shown", Boolean(field) && here && mark.dataset.fields.split(" ").includes(field));
  }
}
for (const line of document.querySelectorAll("dl.facts > div[data-field], dl.readas > div")) {
  for (const event of ["mouseover", "focusin"]) line.addEventListener(event, () => show(line.dataset.field, line.dataset.report));
  for (const event of ["mouseout", "focusout"]) line.addEventListener(event, () => show(""));
}

// One correction is open at a time, with the hand in its field; Escape shuts it.
for (const box of document.querySelectorAll("details.inplace")) {
  box.addEventListener("toggle", () => {
    if (!box.open) return;
    for (const other of document.querySelectorAll("details.inplace[open]")) if (other !== box) other.open = false;
    box.querySelector("select, textarea, input:not([type=hidden])")?.focus();
  });
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    box.open = false;
    box.querySelector("summary").focus();
  });
}

// A link to a conversation, an alert or a report opens what it is folded into.
function unfold() {
  const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!target) return;
  const tab = target.closest("[data-tab]");
  if (tab) document.getElementById(`o-${tab.dataset.tab}`).checked = true;
  for (let box = target.closest("details"); box; box = box.parentElement.closest("details")) box.open = true;
  target.scrollIntoView({ block: "start" });
}
addEventListener("hashchange", unfold);
unfold();

for (const box of document.querySelectorAll("input[data-kind]")) {
  box.addEventListener("change", () => {
    for (const step of document.querySelectorAll(`.timeline > .k-${box.dataset.kind}`)) step.hidden = !box.checked;
  });
}

// Says when somebody or something changed the incident meanwhile; loads nothing by itself. What was typed is
// carried over to the page that is loaded then.
const news = document.getElementById("new");
const known = Date.parse(news.dataset.at);
const draft = `typed:${news.dataset.ref}`;

async function look() {
  if (document.hidden || !news.hidden) return;
  const answer = await fetch(`${news.dataset.events}?after=${encodeURIComponent(news.dataset.at)}`);
  if (answer.status === 401) { location.reload(); return; }
  if (!answer.ok) return;
  const mine = (await answer.json()).changed.find(({ ref }) => ref === news.dataset.ref);
  if (mine && Date.parse(mine.at) > known) news.hidden = false;
}

news.addEventListener("click", () => {
  const typed = [...document.querySelectorAll("textarea[id]")].filter((area) => area.value !== area.defaultValue);
  sessionStorage.setItem(draft, JSON.stringify(typed.map((area) => [area.id, area.value])));
  location.reload();
});
for (const [id, words] of JSON.parse(sessionStorage.getItem(draft) ?? "[]")) {
  const area = document.getElementById(id);
  if (area) area.value = words;
}
sessionStorage.removeItem(draft);
setInterval(look, 5000);

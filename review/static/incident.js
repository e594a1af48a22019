// Counts segments of a question as it is typed, offers ready questions, completes place names.

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
    const { length, count: parts, plain } = segments(area.dataset.prefix + area.value);
    show.textContent = `${length} characters, ${parts} SMS${plain ? "" : "; special letters make it longer"}`;
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

// Shows the words that a fact was read from, and opens the form at the fact to be put right.
function show(field) {
  for (const mark of document.querySelectorAll("mark[data-fields]")) {
    mark.classList.toggle("shown", Boolean(field) && mark.dataset.fields.split(" ").includes(field));
  }
}
for (const line of document.querySelectorAll("dl.facts > div")) {
  for (const event of ["mouseover", "focusin"]) line.addEventListener(event, () => show(line.dataset.field));
  for (const event of ["mouseout", "focusout"]) line.addEventListener(event, () => show(""));
}
for (const link of document.querySelectorAll("a[data-edit]")) {
  link.addEventListener("click", (event) => {
    event.preventDefault();
    document.getElementById("correct").open = true;
    const field = document.querySelector(link.getAttribute("href"));
    if (field.tagName === "DETAILS") field.open = true;
    (field.querySelector("input") || field).focus();
    field.scrollIntoView({ block: "nearest" });
  });
}

// Says when somebody or something changed the incident meanwhile; loads nothing by itself, so that a
// reason half written is not lost.
const news = document.getElementById("new");
const known = Date.parse(news.dataset.at);

async function look() {
  if (document.hidden || !news.hidden) return;
  const answer = await fetch(`${news.dataset.events}?after=${encodeURIComponent(news.dataset.at)}`);
  if (answer.status === 401) { location.reload(); return; }
  if (!answer.ok) return;
  const mine = (await answer.json()).changed.find(({ ref }) => ref === news.dataset.ref);
  if (!mine || Date.parse(mine.at) <= known) return;
  news.textContent = "This incident has changed. Show it anew";
  news.hidden = false;
}

news.addEventListener("click", () => location.reload());
setInterval(look, 5000);

// Draws each table of the figures page. The table is the truth: numbers, names and their wording are read from it.

const COLOURS = ["--accent", "--p2", "--p3", "--p1", "--good", "--mark-line", "--muted"];
const SIZE = 10;
const UNITS = [["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];
const TICKS = [1, 10, 60, 600, 3600, 36000, 86400, 864000];
const language = document.documentElement.lang;
const backwards = document.documentElement.dir === "rtl";
const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

// Strokes and dots over a cell of ten pixels: who does not tell the colours apart tells these.
const STROKES = [
  () => {},
  (pen) => { pen.moveTo(0, SIZE); pen.lineTo(SIZE, 0); },
  (pen) => { pen.arc(SIZE / 2, SIZE / 2, 1.6, 0, 2 * Math.PI); },
  (pen) => { pen.moveTo(0, 0); pen.lineTo(SIZE, SIZE); },
  (pen) => { pen.moveTo(0, SIZE / 2); pen.lineTo(SIZE, SIZE / 2); },
  (pen) => { pen.moveTo(SIZE / 2, 0); pen.lineTo(SIZE / 2, SIZE); },
  (pen) => { pen.moveTo(0, SIZE / 2); pen.lineTo(SIZE, SIZE / 2); pen.moveTo(SIZE / 2, 0); pen.lineTo(SIZE / 2, SIZE); },
];

function fill(index, colour) {
  const tile = document.createElement("canvas");
  tile.width = tile.height = SIZE;
  const pen = tile.getContext("2d");
  pen.fillStyle = colour;
  pen.fillRect(0, 0, SIZE, SIZE);
  pen.strokeStyle = token("--panel");
  pen.lineWidth = 1.6;
  pen.beginPath();
  STROKES[index % STROKES.length](pen);
  pen.stroke();
  return pen.createPattern(tile, "repeat");
}

function read(table, drawn) {
  const heads = [...table.tHead.rows[0].cells].slice(1, drawn + 1).map((cell) => cell.textContent);
  const rows = [...table.tBodies[0].rows];
  const number = (cell) => {
    const value = Number(cell.dataset.value ?? cell.textContent);
    return Number.isNaN(value) ? null : value;
  };
  return {
    labels: rows.map((row) => row.cells[0].textContent),
    series: heads.map((name, at) => ({ name, cells: rows.map((row) => row.cells[at + 1]) })),
    number,
  };
}

function datasets(found, kind) {
  return found.series.map(({ name, cells }, at) => {
    const colour = token(COLOURS[at % COLOURS.length]);
    const line = { borderColor: colour, backgroundColor: colour, pointRadius: 3, borderWidth: 2, spanGaps: true, clip: false };
    const bar = { borderColor: colour, backgroundColor: fill(at, colour), borderWidth: 1, maxBarThickness: 40 };
    return { label: name, data: cells.map(found.number), ...(kind === "line" ? line : bar) };
  });
}

function inWords(seconds) {
  const [unit, length] = UNITS.find(([, one]) => seconds >= one) ?? UNITS.at(-1);
  const form = { style: "unit", unit, unitDisplay: "short", maximumFractionDigits: 1 };
  return new Intl.NumberFormat(language, form).format(seconds / length);
}

function valueAxis(kind, unit, longest) {
  const grid = { color: token("--line") };
  const ticks = { color: token("--muted") };
  if (unit === "seconds") {
    const afterBuildTicks = (axis) => { axis.ticks = TICKS.filter((value) => value >= axis.min && value <= axis.max).map((value) => ({ value })); };
    return { type: "logarithmic", min: 1, max: 2 * longest, grid, afterBuildTicks, ticks: { ...ticks, callback: inWords } };
  }
  if (unit === "share") {
    const share = new Intl.NumberFormat(language, { style: "percent" });
    return { min: 0, max: 1, grid, ticks: { ...ticks, callback: (value) => share.format(value) } };
  }
  return { stacked: kind === "stacked", beginAtZero: true, grid, ticks: { ...ticks, precision: 0 } };
}

function options(found, kind, unit) {
  const ink = token("--ink");
  const names = { stacked: kind === "stacked", reverse: backwards, grid: { display: false }, ticks: { color: token("--muted"), maxRotation: 0, autoSkipPadding: 12 } };
  const legend = { display: found.series.length > 1, position: "bottom", rtl: backwards, labels: { color: ink, boxWidth: 20, boxHeight: 12 } };
  const values = found.series.flatMap(({ cells }) => cells.map(found.number));
  const wording = (point) => `${point.dataset.label}: ${found.series[point.datasetIndex].cells[point.dataIndex].textContent.trim()}`;
  return {
    animation: false,
    maintainAspectRatio: false,
    locale: language,
    interaction: { mode: "index", intersect: false },
    scales: { x: names, y: { ...valueAxis(kind, unit, Math.max(1, ...values)), position: backwards ? "right" : "left" } },
    plugins: { legend, tooltip: { rtl: backwards, callbacks: { label: wording } } },
  };
}

function draw(box) {
  const { chart: kind, unit, table, drawn, name } = box.dataset;
  const found = read(document.getElementById(table), Number(drawn));
  const canvas = document.createElement("canvas");
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", name);
  box.hidden = false;
  box.replaceChildren(canvas);
  const data = { labels: found.labels, datasets: datasets(found, kind) };
  return new Chart(canvas, { type: kind === "line" ? "line" : "bar", data, options: options(found, kind, unit) });
}

let drawings = [];
let turn = 0;

// One after the other, so that the page answers keys and fingers in between; a later call ends an earlier one.
async function all() {
  const mine = ++turn;
  for (const one of drawings) one.destroy();
  drawings = [];
  Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
  for (const box of document.querySelectorAll("[data-chart]")) {
    drawings.push(draw(box));
    await new Promise((go) => setTimeout(go));
    if (mine !== turn) return;
  }
}

all();
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", all);
addEventListener("beforeprint", () => { for (const one of drawings) one.resize(); });

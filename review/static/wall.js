// Keeps the wall fresh, and says so plainly when it is not: the last picture stays until the server answers.

import { PRIORITY, basemap, colour, heap, json } from "./basemap.js";

const EVERY = 20000;
const STALE = 65000;
const fresh = document.getElementById("fresh");
const box = document.getElementById("map");
const say = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
let at = Date.now();
let time = document.getElementById("wallparts").dataset.time;
let ended = false;

function tell() {
  const age = Date.now() - at;
  const late = ended || age > STALE;
  const words = ended ? fresh.dataset.ended : late ? fresh.dataset.stale : fresh.dataset.fresh;
  fresh.textContent = say(words, { time, minutes: Math.max(1, Math.floor(age / 60000)) });
  document.body.classList.toggle("stale", late);
}

async function parts() {
  const answer = await fetch(fresh.dataset.now);
  if (answer.redirected || answer.status === 401 || answer.status === 403) { ended = true; return; }
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const now = page.getElementById("wallparts");
  if (!now) return;
  document.getElementById("wallparts").replaceWith(now);
  at = Date.now();
  time = now.dataset.time;
  ended = false;
}

function dots(layer, { incidents, groups }) {
  layer.clearLayers();
  for (const one of incidents) {
    const fill = colour(PRIORITY[one.priority]);
    L.circleMarker([one.lat, one.lon], { radius: one.priority === "P1" ? 13 : 10, weight: 2.5, color: colour("--panel"), fillColor: fill, fillOpacity: .9, interactive: false }).addTo(layer);
  }
  for (const one of groups) L.marker([one.lat, one.lon], { icon: heap(one.count, one.priority), interactive: false, keyboard: false }).addTo(layer);
}

async function picture() {
  const map = await basemap(box, {
    zoomControl: false, dragging: false, scrollWheelZoom: false, doubleClickZoom: false, boxZoom: false,
    keyboard: false, touchZoom: false, zoomSnap: 0,
  });
  const layer = L.layerGroup().addTo(map);
  return async () => {
    const found = await json(box.dataset.points);
    dots(layer, found);
    const all = [...found.incidents, ...found.groups].map(({ lat, lon }) => [lat, lon]);
    if (all.length) map.fitBounds(L.latLngBounds(all).pad(.2), { maxZoom: 7.5, animate: false });
  };
}

async function round(draw) {
  try {
    await parts();
    if (!ended) await draw();
  } catch {
    // The server is away: what is on the screen stays, and its age says so.
  }
  tell();
}

const draw = await picture();
await round(draw);
box.dataset.ready = "yes";
setInterval(() => round(draw), EVERY);
setInterval(tell, 5000);

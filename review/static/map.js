// The offline map: borders, lakes and rivers from our own server, shaded areas and incidents on top.
// On an incident's page the same file draws one place.

import { PRIORITY, basemap, colour, heap, json, label, pin } from "./basemap.js";

const box = document.getElementById("map");
const STEPS = [0.04, 0.16, 0.32, 0.48, 0.64, 0.8];
const say = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);

async function fetchTowns() {
  const { towns: all } = await json(box.dataset.towns);
  const layer = L.layerGroup();
  const fill = { fillColor: colour("--muted"), fillOpacity: 1 };
  for (const [name, lat, lon] of all) {
    L.circleMarker([lat, lon], { radius: 2, weight: 0, interactive: false, ...fill }).addTo(layer);
    label([lat, lon], name, "map-town", [-5, 9]).addTo(layer);
  }
  return layer;
}

// Fetched when somebody comes near enough to see them.
async function towns(map) {
  let layer = null;
  const update = async () => {
    const near = map.getZoom() >= 8;
    if (!near && !layer) return;
    layer ??= fetchTowns().catch(() => { layer = null; });
    const drawn = await layer;
    if (!drawn) return;
    if (map.getZoom() >= 8) drawn.addTo(map);
    else drawn.remove();
  };
  map.on("zoomend", update);
  await update();
}

function circle(at, radiusKm, level) {
  const ring = { color: colour(PRIORITY[level]), weight: 1.5, dashArray: "5 4", fillOpacity: .1, interactive: false };
  return L.circle(at, { ...ring, radius: radiusKm * 1000 });
}

const gravest = (levels) => levels.reduce((a, b) => (a < b ? a : b), "P4");

function link(url, title, about) {
  const words = document.createElement("div");
  const a = document.createElement("a");
  a.href = url;
  a.textContent = title;
  words.append(a, document.createElement("br"), about);
  return words;
}

function single(map) {
  const { lat, lon, radiusKm, level, name } = box.dataset;
  const at = [Number(lat), Number(lon)];
  pin(at, level, name).addTo(map);
  if (!radiusKm) { map.setView(at, 9); return; }
  const around = circle(at, Number(radiusKm), level).addTo(map);
  map.fitBounds(around.getBounds().pad(1.2), { maxZoom: 9 });
}

// --- shaded areas -------------------------------------------------------------------------

async function shade(map) {
  const { features, borders } = await json(`${box.dataset.areas}?${box.dataset.query}`);
  map.createPane("areas").style.zIndex = 250;
  const look = ({ properties: { step } }) => ({
    color: colour("--muted"), weight: .8, dashArray: step === null ? "2 4" : "",
    fillColor: colour("--accent"), fillOpacity: step === null ? 0 : STEPS[step],
  });
  const layer = L.geoJSON(features, {
    pane: "areas", renderer: L.svg({ pane: "areas" }), style: look,
    onEachFeature: ({ properties: { name, rate, url } }, area) => {
      const told = rate === null ? box.dataset.norate : `${Number(rate.toPrecision(3)).toLocaleString(document.documentElement.lang)} ${box.dataset.rate}`;
      area.bindPopup(link(url, name, told));
    },
  }).addTo(map);
  const countries = new Set(features.map(({ properties: { path } }) => path.split("/")[1]));
  const note = borders.length === 0 ? "zones" : borders.length === countries.size ? "borders" : "mixed";
  map.attributionControl.addAttribution(box.dataset[note]);
  if (box.dataset.frame && features.length) map.fitBounds(layer.getBounds(), { animate: false });
}

// --- incidents, as far as the clock has come ----------------------------------------------

const clock = { from: Date.parse(box?.dataset.begins), to: Date.parse(box?.dataset.now), steps: Number(box?.dataset.steps), at: Number(box?.dataset.steps), only: false };
const moment = (step) => new Date(clock.from + (clock.to - clock.from) * step / clock.steps);

function layers(map) {
  const points = L.markerClusterGroup({
    showCoverageOnHover: false, maxClusterRadius: 42, animate: false, spiderLegPolylineOptions: { color: colour("--muted"), weight: 1.5 },
    iconCreateFunction: (cluster) => heap(cluster.getChildCount(), gravest(cluster.getAllChildMarkers().map((one) => one.options.level))),
  }).addTo(map);
  return { points, circles: L.layerGroup().addTo(map), groups: L.layerGroup().addTo(map) };
}

function show(map, drawn, found) {
  for (const layer of Object.values(drawn)) layer.clearLayers();
  drawn.points.addLayers(found.incidents.map((one) => {
    const at = [one.lat, one.lon];
    if (one.radius_km > 3) circle(at, one.radius_km, one.priority).addTo(drawn.circles);
    const marker = pin(at, one.priority, one.title).bindPopup(link(one.url, one.title, one.about));
    marker.ref = one.ref;
    return marker;
  }));
  for (const one of found.groups) {
    const title = say(box.dataset.many, { n: one.count, level: one.priority });
    L.marker([one.lat, one.lon], { icon: heap(one.count, one.priority), title, alt: title })
      .on("click", () => map.fitBounds(one.box, { animate: false })).addTo(drawn.groups);
  }
}

function address(map) {
  const query = new URLSearchParams(box.dataset.query);
  const bounds = map.getBounds().pad(.1);
  query.set("box", [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()].map((n) => n.toFixed(3)).join());
  query.set("to", moment(clock.at).toISOString());
  query.set("from", moment(clock.only ? clock.at - 1 : 0).toISOString());
  // The period is told by its two ends, whatever the hour is by now.
  query.set("since", "30d");
  return `${box.dataset.incidents}?${query}`;
}

function keeper(map) {
  const drawn = layers(map);
  const note = document.getElementById("mapnote");
  let asked = 0;
  return async () => {
    const mine = ++asked;
    try {
      const found = await json(address(map));
      if (mine !== asked) return;
      show(map, drawn, found);
      note.textContent = "";
    } catch {
      if (mine === asked) note.textContent = box.dataset.failed;
    }
    box.dataset.drawn = String(asked);
  };
}

// --- the clock ----------------------------------------------------------------------------

function timebar(update) {
  const bar = document.getElementById("timebar");
  const slider = document.getElementById("time");
  const told = document.getElementById("moment");
  const only = document.getElementById("only");
  const play = document.getElementById("play");
  const words = new Intl.DateTimeFormat(document.documentElement.lang, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: box.dataset.zone });
  let running = null;
  const turn = async () => {
    clock.at = Number(slider.value);
    clock.only = only.checked;
    told.textContent = words.format(moment(clock.at));
    slider.setAttribute("aria-valuetext", told.textContent);
    await update();
  };
  const stop = () => {
    clearTimeout(running);
    running = null;
    play.setAttribute("aria-pressed", "false");
    play.textContent = play.dataset.play;
  };
  const next = async () => {
    slider.stepUp();
    await turn();
    if (running === null) return;
    if (Number(slider.value) >= clock.steps) stop();
    else running = setTimeout(next, 700);
  };
  play.addEventListener("click", () => {
    if (running !== null) { stop(); return; }
    if (Number(slider.value) >= clock.steps) slider.value = 0;
    play.setAttribute("aria-pressed", "true");
    play.textContent = play.dataset.stop;
    running = 0;
    next();
  });
  slider.addEventListener("input", () => { stop(); turn(); });
  only.addEventListener("change", turn);
  told.textContent = words.format(moment(clock.at));
  bar.hidden = false;
}

function fromList(map) {
  for (const a of document.querySelectorAll("#incidents a[data-lat]")) {
    const at = [Number(a.dataset.lat), Number(a.dataset.lon)];
    let ring = null;
    const point = () => { ring ??= L.circleMarker(at, { radius: 20, color: colour("--horn"), weight: 4, fill: false, interactive: false }).addTo(map); };
    const leave = () => { ring?.remove(); ring = null; };
    for (const name of ["mouseenter", "focus"]) a.addEventListener(name, point);
    for (const name of ["mouseleave", "blur"]) a.addEventListener(name, leave);
  }
}

function frame(map) {
  const here = [...document.querySelectorAll("#incidents a[data-lat]")].map((a) => [Number(a.dataset.lat), Number(a.dataset.lon)]);
  if (here.length) map.fitBounds(L.latLngBounds(here).pad(.25), { maxZoom: 9, animate: false });
}

async function many(map) {
  if (box.dataset.areas) await shade(map);
  const update = keeper(map);
  await update();
  map.on("moveend", update);
  timebar(update);
  fromList(map);
}

async function start() {
  const map = await basemap(box, {}, box.dataset.incidents ? frame : undefined);
  if (box.dataset.lat) single(map);
  if (box.dataset.towns) await towns(map);
  if (box.dataset.incidents) await many(map);
  box.dataset.ready = "yes";
}

if (box) start();

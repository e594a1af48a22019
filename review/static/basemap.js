// The ground of every map: borders, lakes and rivers from our own server, in the colours of the page;
// and the pins and heaps that lie on it.

const PIN = [34, 26];
// From this zoom on the coarse ground, which is off by up to three kilometres, would be seen to be.
const NEAR = 6.5;
export const PRIORITY = { P1: "--p1", P2: "--p2", P3: "--p3", P4: "--p4" };

export const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

export async function json(url) {
  const answer = await fetch(url, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(answer.statusText);
  return answer.json();
}

export function label(latlng, text, name, anchor) {
  const words = document.createElement("span");
  words.textContent = text;
  const icon = L.divIcon({ className: name, html: words, iconSize: [140, 16], iconAnchor: anchor });
  return L.marker(latlng, { icon, interactive: false, keyboard: false, zIndexOffset: -1000 });
}

// The largest ring of a country: its middle is a good enough place for the name.
function mainland(feature) {
  const rings = feature.geometry.coordinates.map((polygon) => polygon[0]);
  const ring = rings.reduce((a, b) => (b.length > a.length ? b : a));
  return L.latLngBounds(ring.map(([lon, lat]) => [lat, lon]));
}

// Islands that are smaller than their name go without it.
function names(map, features) {
  for (const feature of features) {
    const bounds = mainland(feature);
    if (feature.properties.name && bounds.getNorth() - bounds.getSouth() > 1) label(bounds.getCenter(), feature.properties.name, "map-label", [70, 8]).addTo(map);
  }
}

// Shaded areas (z-index 250) come between the land and its water.
function pane(map, name, height) {
  map.createPane(name).style.zIndex = height;
  return { pane: name, renderer: L.canvas({ pane: name }), interactive: false };
}

// Lets the page answer clicks between two pieces of work.
const breathe = () => new Promise((go) => { setTimeout(go); });

async function draw(all, { ground, wet }, base) {
  const water = { color: colour("--map-water"), fillColor: colour("--map-water"), fillOpacity: 1 };
  const borders = { color: colour("--map-border"), weight: 1.1 };
  L.geoJSON(base.countries, { ...ground, style: { ...borders, fillColor: colour("--map-land"), fillOpacity: 1 } }).addTo(all);
  await breathe();
  L.geoJSON(base.rivers, { ...wet, style: { color: colour("--map-water"), weight: 1.2 } }).addTo(all);
  L.geoJSON(base.lakes, { ...wet, style: { ...water, weight: .6 } }).addTo(all);
  await breathe();
  L.geoJSON(base.countries, { ...wet, style: { ...borders, fill: false } }).addTo(all);
  await breathe();
}

// From afar a coarse ground is enough; the fine one takes its place once somebody comes near.
async function ground(map, box) {
  const panes = { ground: pane(map, "ground", 210), wet: pane(map, "water", 260) };
  const near = () => map.getZoom() >= NEAR;
  let drawn = null;
  const lay = async (url) => {
    const base = await json(url);
    const before = drawn;
    drawn = L.layerGroup().addTo(map);
    await draw(drawn, panes, base);
    if (before) before.remove();
    else names(map, base.countries.features);
  };
  let fine = near();
  await lay(fine ? box.dataset.base : box.dataset.far);
  map.on("zoomend", () => {
    if (fine || !near()) return;
    fine = true;
    lay(box.dataset.base).catch(() => { fine = false; });
  });
}

// A map on `box`, whose data-far and data-base are the addresses of its ground. L is Leaflet, loaded before.
// `look` turns it to what is to be seen, before anything is drawn.
export async function basemap(box, options = {}, look = () => {}) {
  const map = L.map(box, { preferCanvas: true, minZoom: 4, maxZoom: 13, zoomSnap: .5, fadeAnimation: false, maxBounds: [[-22, 8], [24, 62]], ...options });
  map.attributionControl.setPrefix(false).addAttribution("Natural Earth");
  if (options.zoomControl !== false) L.control.scale({ imperial: false }).addTo(map);
  map.setView([-1, 33], 5);
  look(map);
  await ground(map, box);
  return map;
}

export function pin(at, level, title) {
  const icon = L.divIcon({ className: `map-pin ${level}`, html: level, iconSize: PIN, iconAnchor: [PIN[0] / 2, PIN[1] / 2] });
  return L.marker(at, { icon, title, alt: title, level });
}

// Many incidents in one place: their number, in the colour of the gravest.
export function heap(count, level) {
  const number = document.createElement("b");
  number.textContent = count;
  const size = count < 10 ? 38 : count < 100 ? 44 : 52;
  return L.divIcon({ className: `map-heap ${level}`, html: number, iconSize: [size, size] });
}

// The offline map: borders, lakes and rivers from our own server, incidents on top.

const box = document.getElementById("map");
const style = getComputedStyle(document.documentElement);
const colour = (name) => style.getPropertyValue(name).trim();
const PIN = [34, 26];
const PRIORITY = { P1: "--p1", P2: "--p2", P3: "--p3", P4: "--p4" };

const json = async (url) => (await fetch(url)).json();

function label(latlng, text, name, anchor) {
  const words = document.createElement("span");
  words.textContent = text;
  const icon = L.divIcon({ className: name, html: words, iconSize: [140, 16], iconAnchor: anchor });
  return L.marker(latlng, { icon, interactive: false, keyboard: false });
}

// The middle of the largest ring is a good enough place for a country's name.
function middle(feature) {
  const rings = feature.geometry.coordinates.map((polygon) => polygon[0]);
  const ring = rings.reduce((a, b) => (b.length > a.length ? b : a));
  return L.latLngBounds(ring.map(([lon, lat]) => [lat, lon])).getCenter();
}

function draw(map, base) {
  const land = { color: colour("--map-border"), weight: 1.1, fillColor: colour("--map-land"), fillOpacity: 1, interactive: false };
  const water = { color: colour("--map-water"), weight: .6, fillColor: colour("--map-water"), fillOpacity: 1, interactive: false };
  L.geoJSON(base.countries, { style: land }).addTo(map);
  L.geoJSON(base.rivers, { style: { color: colour("--map-water"), weight: 1.2, interactive: false } }).addTo(map);
  L.geoJSON(base.lakes, { style: water }).addTo(map);
  for (const feature of base.countries.features) {
    if (feature.properties.name) label(middle(feature), feature.properties.name, "map-label", [70, 8]).addTo(map);
  }
}

async function towns(map) {
  const { towns: all } = await json(box.dataset.towns);
  const layer = L.layerGroup();
  for (const [name, lat, lon] of all) {
    L.circleMarker([lat, lon], { radius: 2, weight: 0, fillColor: colour("--muted"), fillOpacity: 1, interactive: false }).addTo(layer);
    label([lat, lon], name, "map-town", [-5, 9]).addTo(layer);
  }
  const update = () => (map.getZoom() >= 8 ? layer.addTo(map) : layer.remove());
  map.on("zoomend", update);
  update();
}

function circle(at, radiusKm, level) {
  const ring = { color: colour(PRIORITY[level]), weight: 1.5, dashArray: "5 4", fillOpacity: .1, interactive: false };
  return L.circle(at, { ...ring, radius: radiusKm * 1000 });
}

function icon(level, shift = 0) {
  return L.divIcon({ className: `map-pin ${level}`, html: level, iconSize: [PIN[0], PIN[1]], iconAnchor: [PIN[0] / 2 - shift, PIN[1] / 2] });
}

function pin(at, level, title) {
  return L.marker(at, { icon: icon(level), title, alt: title, level });
}

// Pins that would lie on each other stand side by side, however far the map is zoomed.
function arrange(map, pins) {
  const placed = [];
  for (const one of pins) {
    const { x, y } = map.latLngToLayerPoint(one.getLatLng());
    let shift = 0;
    while (placed.some((p) => Math.abs(p.x - x - shift) < PIN[0] + 3 && Math.abs(p.y - y) < PIN[1] + 3)) shift += PIN[0] + 4;
    placed.push({ x: x + shift, y });
    one.setIcon(icon(one.options.level, shift));
  }
}

function popup(incident) {
  const words = document.createElement("div");
  const link = document.createElement("a");
  link.href = incident.url;
  link.textContent = incident.title;
  words.append(link, document.createElement("br"), incident.about);
  return words;
}

async function all(map) {
  const { incidents } = await json(box.dataset.incidents);
  const layer = L.featureGroup().addTo(map);
  const pins = [];
  for (const one of incidents) {
    if (one.radius_km > 3) circle([one.lat, one.lon], one.radius_km, one.priority).addTo(map);
    pins.push(pin([one.lat, one.lon], one.priority, one.title).bindPopup(popup(one)).addTo(layer));
  }
  map.on("zoomend", () => arrange(map, pins));
  if (incidents.length) map.fitBounds(layer.getBounds().pad(.25), { maxZoom: 9, animate: false });
  arrange(map, pins);
}

function single(map) {
  const { lat, lon, radiusKm, level, name } = box.dataset;
  const at = [Number(lat), Number(lon)];
  pin(at, level, name).addTo(map);
  if (!radiusKm) { map.setView(at, 9); return; }
  const around = circle(at, Number(radiusKm), level).addTo(map);
  map.fitBounds(around.getBounds().pad(1.2), { maxZoom: 9 });
}

async function start() {
  const map = L.map(box, { preferCanvas: true, minZoom: 4, maxZoom: 13, zoomSnap: .5, fadeAnimation: false, maxBounds: [[-22, 8], [24, 62]] });
  map.attributionControl.setPrefix(false).addAttribution("Natural Earth");
  L.control.scale({ imperial: false }).addTo(map);
  map.setView([-1, 33], 5);
  draw(map, await json(box.dataset.base));
  if (box.dataset.lat) single(map);
  await towns(map);
  if (box.dataset.incidents) await all(map);
  box.dataset.ready = "yes";
}

if (box) start();

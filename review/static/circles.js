// The map of one incident: where it is taken to be and how far that may be off, and the same of each report.

import { basemap, colour, json, label, pin, PRIORITY } from "./basemap.js";

const box = document.getElementById("circles");

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

const ring = (at, km, style) => L.circle(at, { interactive: false, fill: false, ...style, radius: km * 1000 });

function reports(map) {
  const found = JSON.parse(box.dataset.reports);
  return found.map(({ lat, lon, radius_km: km, name, independent }) => {
    const style = { color: colour("--accent"), weight: 1.2, dashArray: independent ? null : "2 4" };
    const point = L.circleMarker([lat, lon], { radius: 4, weight: 1.5, color: colour("--accent"), fillColor: colour("--panel"), fillOpacity: 1 });
    point.bindTooltip(name).addTo(map);
    return km ? ring([lat, lon], km, style).addTo(map) : point;
  });
}

function incident(map) {
  const { lat, lon, radiusKm, level, name } = box.dataset;
  if (!lat) return [];
  const at = [Number(lat), Number(lon)];
  pin(at, level, name).addTo(map);
  const style = { color: colour(PRIORITY[level]), weight: 1.5, dashArray: "5 4", fill: true, fillOpacity: .08 };
  return radiusKm ? [ring(at, Number(radiusKm), style).addTo(map)] : [L.circleMarker(at, { radius: 0 }).addTo(map)];
}

if (box) {
  const map = await basemap(box, {}, (bare) => {
    const all = L.featureGroup([...reports(bare), ...incident(bare)]);
    bare.fitBounds(all.getBounds().pad(.6), { maxZoom: 10, animate: false });
  });
  await towns(map);
  box.dataset.ready = "yes";
}

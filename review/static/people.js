// Where people are registered and how well we hear them: the table beside it as circles on a map.

import { basemap, colour } from "./basemap.js";

const box = document.getElementById("people-map");
const TONES = { good: "--good", thin: "--p2", mute: "--p1", none: "--muted" };

function circle(row) {
  const { lat, lon, state, count, name } = row.dataset;
  const tone = colour(TONES[state]);
  const open = state === "mute" || state === "none";
  return L.circleMarker([Number(lat), Number(lon)], {
    radius: 6 + 2.5 * Math.sqrt(Number(count)), color: tone, weight: 2, fillColor: tone, fillOpacity: open ? .05 : .45,
  }).bindTooltip(name);
}

async function start() {
  const rows = [...document.querySelectorAll("tr[data-lat]")].filter((row) => row.dataset.lat);
  await basemap(box, {}, (map) => {
    const layer = L.featureGroup(rows.map(circle)).addTo(map);
    if (rows.length) map.fitBounds(layer.getBounds().pad(.3), { maxZoom: 9, animate: false });
  });
  box.dataset.ready = "yes";
}

start();

// The ground of every map: borders, lakes and rivers from our own server, in the colours of the page.

export const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
export const json = async (url) => (await fetch(url)).json();

export function label(latlng, text, name, anchor) {
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

// A map on `box`, whose data-base is the address of the ground. L is Leaflet, loaded before.
export async function basemap(box) {
  const map = L.map(box, { preferCanvas: true, minZoom: 4, maxZoom: 13, zoomSnap: .5, fadeAnimation: false, maxBounds: [[-22, 8], [24, 62]] });
  map.attributionControl.setPrefix(false).addAttribution("Natural Earth");
  L.control.scale({ imperial: false }).addTo(map);
  map.setView([-1, 33], 5);
  draw(map, await json(box.dataset.base));
  return map;
}

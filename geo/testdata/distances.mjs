// Writes distances.csv.gz: 10,000 pairs of places with their distance by Charles Karney's own port of GeographicLib.
// The same run gives the same file:
//
//   npm install --no-save geographiclib-geodesic@2.2.0 && node distances.mjs
import { writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import geodesic from "geographiclib-geodesic";

let state = 20261123;
function random() { // mulberry32, in [0, 1)
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
}
const between = (low, high) => low + (high - low) * random();
const some = (...choices) => choices[Math.floor(random() * choices.length)];
const side = (degrees) => ((((degrees + 180) % 360) + 360) % 360) - 180;
const lat = () => (Math.asin(between(-1, 1)) * 180) / Math.PI; // as many everywhere
const lng = () => between(-180, 180);
const wgs84 = geodesic.Geodesic.WGS84;

// away is the place so many metres from another, in any direction.
function away(from, meters) {
  const there = wgs84.Direct(from[0], from[1], between(0, 360), meters);
  return [there.lat2, side(there.lon2)];
}
const pair = (from, meters) => [from, away(from, meters)];
const size = (low, high) => Math.exp(between(Math.log(low), Math.log(high)));

const kinds = {
  short: [3000, () => pair([lat(), lng()], size(0.01, 19_900))],
  seam: [400, () => pair([lat(), lng()], between(19_990, 20_010))], // where Distance goes over to Karney's
  middling: [1000, () => pair([lat(), lng()], size(20_100, 2_000_000))],
  long: [2000, () => [[lat(), lng()], [lat(), lng()]]],
  antipodal: [1000, () => {
    const [a, b] = [lat(), lng()];
    const off = size(1e-9, 1);
    return [[a, b], [Math.max(-90, Math.min(90, -a + off * between(-1, 1))), side(b + 180 + off * between(-1, 1))]];
  }],
  equator: [600, () => [[some(0, 0, 1e-9, -1e-6), lng()], [0, lng()]]],
  meridian: [400, () => { const b = lng(); return [[lat(), b], [lat(), some(b, side(b + 180))]]; }],
  pole: [500, () => pair([some(1, -1) * some(90, 89.9999999, 89.99, 89), lng()], size(0.01, 1_000_000))],
  dateline: [700, () => pair([lat(), some(180, -180, 179.99999, -179.999)], size(0.01, 1_000_000))],
  same: [100, () => { const p = [lat(), lng()]; return [p, p]; }],
  small: [300, () => { const p = [between(-89, 89), between(-179, 179)]; return [p, [p[0] + between(-1e-7, 1e-7), p[1] + between(-1e-7, 1e-7)]]; }],
};

const lines = ["kind,lat1,lng1,lat2,lng2,meters"];
for (const [kind, [times, draw]] of Object.entries(kinds)) {
  for (let i = 0; i < times; i++) {
    const [a, b] = draw().map((p) => p.map((degrees) => Number(degrees.toFixed(9))));
    const { s12 } = wgs84.Inverse(a[0], a[1], b[0], b[1]);
    lines.push([kind, ...a, ...b, s12.toFixed(7)].join());
  }
}
writeFileSync(new URL("distances.csv.gz", import.meta.url), gzipSync(lines.join("\n") + "\n", { level: 9 }));

import { readdirSync, readFileSync } from "node:fs";
import { World } from "./lib/world.mjs";
import { postOf } from "./lib/http-load.mjs";
import { inProcess } from "./lib/load-process.mjs";
process.env.CITYID_SCRATCH = "1";
const world = await World.begin(); await world.start();
const P = (v, t) => ({ type: "Property", value: v, observedAt: t });
const entity = (n) => ({ id: `urn:ngsi-ld:AirQualityObserved:${n}`, type: "AirQualityObserved", location: { type: "GeoProperty", value: { type: "Point", coordinates: [114 + (n % 316) / 300, 37.5 + (n % 100000) / 100000] } }, serial: P(n, "2026-01-01T00:00:00Z"), pm25: P(n % 301, "2026-01-01T00:00:00Z"), pm10: P(n % 401, "2026-01-01T00:00:00Z"), no2: P(0.25, "2026-01-01T00:00:00Z"), note: P("站点 " + n, "2026-01-01T00:00:00Z") });
let next = 0;
const send = (path, v, m) => postOf(path, Buffer.from(JSON.stringify(v)), "application/json", m);
const creates = (k) => Array.from({ length: k }, () => send("/ngsi-ld/v1/entities", entity(next++)));
const updates = (k) => Array.from({ length: k }, (_, i) => send(`/ngsi-ld/v1/entities/${entity((i * 7919) % 2000).id}/attrs`, { pm25: { type: "Property", value: (i * 31) % 997 } }, "PATCH"));
const threads = () => Object.fromEntries(readdirSync(`/proc/${world.child.pid}/task`).map((t) => { const s = readFileSync(`/proc/${world.child.pid}/task/${t}/stat`, "latin1"); const name = s.slice(s.indexOf("(") + 1, s.lastIndexOf(")")); const f = s.slice(s.lastIndexOf(")") + 2).split(" "); return [`${name} ${t}`, [Number(f[11]), Number(f[12])]]; }));
const go = async (name, requests, connections, seconds = 3) => {
  const before = threads();
  const { result } = await inProcess({ kind: "askInTurn", port: world.port, requests, connections, seconds });
  const after = threads(); const per = {};
  for (const [t, [u, s]] of Object.entries(after)) { const [bu, bs] = before[t] ?? [0, 0]; const d = [u - bu, s - bs].map((x) => Math.round((x * 10000) / result.count)); if (d[0] + d[1] > 3) per[t] = d.join("+"); }
  console.log(name, connections, Math.round(result.perSecond), "per s", result.count, JSON.stringify(per));
};
const n = Number(process.argv[2] ?? 3000);
await go("warm create", creates(n), 16);
await go("create", creates(n), 1);
await go("create", creates(n * 2), 16);
await go("warm update", updates(n), 16);
await go("update", updates(n), 1);
await go("update", updates(n * 2), 16);
console.log(JSON.stringify(world.rss()));
await world.end();

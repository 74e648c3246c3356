import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as core from "../dist/core/index.js";
import { openSqliteStore } from "../dist/data/index.js";
const dir = mkdtempSync(join(tmpdir(), "dw-"));
const store = openSqliteStore(join(dir, "e.db"), { origin: "x", hashOf: () => core.hashLeaf(core.utf8("x")) });
const START = Date.UTC(2026, 0, 1); const E = 100000;
const salt = new Uint8Array(16);
const said = (n) => ({ id: `urn:ngsi-ld:AirQualityObserved:${n}`, no2: core.factNumber((n % 97) / 4), note: `站点 ${n}`, place: [1_140_000_000 + (n % 316) * 31_645, 375_000_000 + Math.floor((n % 100_000) / 316) * 31_645], pm10: n % 401, pm25: n % 301, serial: n, time: new Date(START + n * 30000).toISOString(), type: "AirQualityObserved" });
const obs = (n) => Object.entries(said(n)).map(([name, value]) => ({ salt, name, value }));
const N = Number(process.argv[2] ?? 20000); let at = 0; let index = 1;
const entries = []; for (let i = 0; i < N; i += 1000) entries.push({ index: i / 1000, body: { receivedMilliseconds: Date.now(), observations: Array.from({ length: 1000 }, (_, k) => obs(i + k)) } });
for (let pass = 0; pass < 1; pass++) { const c = process.cpuUsage(); const w = performance.now(); await store.take(entries); const d = process.cpuUsage(c); console.log("per observation us wall", ((performance.now() - w) * 1000 / N).toFixed(1), "user", (d.user / N).toFixed(1), "sys", (d.system / N).toFixed(1)); }
await store[Symbol.asyncDispose](); rmSync(dir, { recursive: true });

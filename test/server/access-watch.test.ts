import { expect, test, vi } from "vitest";
import { hex, openDataset } from "../../src/core/index.ts";
import { authorise } from "../../src/data/index.ts";
import { createAccess } from "../../src/server/access/index.ts";
import { createAuthentication } from "../../src/server/identity/index.ts";
import { createState } from "../../src/server/state.ts";
import { code, testKey } from "../core/state/kit.ts";
import { AIR, office, openGrants, PARKS, photoOf } from "./grants-world.ts";
import { NODE } from "./world.ts";

test("what runs under a grant is told in the block that ends it, or when its time is over, and once", async () => {
  const hidden = { no2: 1, note: "x", photo: photoOf("x"), other: AIR };
  const until = Date.UTC(2026, 10, 22, 7) / 1000;
  await using world = await openGrants(hidden, { until });
  const state = createState(world.ledger);
  const clock = () => world.clock.now;
  const log = { info: () => undefined, error: () => undefined };
  const random = (bytes: number) => new Uint8Array(bytes);
  const authentication = createAuthentication(
    { publicUrl: NODE, origins: [] },
    { state, clock, random },
  );
  const { ledger } = world;
  const access = createAccess({ state, ledger, clock, authentication, log });
  const dataset = openDataset(state, code(AIR));
  if (!dataset.ok) throw new Error(dataset.error.code);
  const key = { holder: `${PARKS}#1`, kid: hex(testKey("reader").kid), uses: ["data"] as const };
  const open = () => {
    const view = authorise(state, dataset.value, { key }, "read", Math.floor(clock() / 1000));
    if (!view.ok) throw new Error(view.error.code);
    return { view: view.value, key };
  };
  const ended: string[] = [];
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  try {
    access.watch(open(), () => ended.push("by time"));
    const stopped = access.watch(open(), () => ended.push("stopped"));
    stopped();
    world.clock.now = (until + 1) * 1000;
    vi.advanceTimersByTime(3600_000);
    expect(ended).toEqual(["by time"]);
  } finally {
    vi.useRealTimers();
  }
  world.clock.now = Date.UTC(2026, 10, 22, 6, 2);
  access.watch(open(), () => ended.push("by block"));
  const grant = Buffer.from(world.grantId, "hex");
  await world.do({ op: "revoke", code: code(AIR), grant, reason: "x" }, office);
  expect(ended).toEqual(["by time", "by block"]);
  const { record } = await world.json(`/v1/codes/${PARKS}`);
  const names = { zh: { value: "园林", validFrom: "2026-01-01" } };
  const prev = Buffer.from(record.op, "hex");
  await world.do({ op: "update", code: code(PARKS), prev, names }, { iss: PARKS, key: "parks" });
  expect(ended).toHaveLength(2);
  access.close();
});

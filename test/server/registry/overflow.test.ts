import { afterAll, beforeAll, expect, test } from "vitest";
import { codeKey } from "../../../src/core/index.ts";
import { createRecordAnswers } from "../../../src/server/registry/record-answers.ts";
import { createRecordViews } from "../../../src/server/registry/record-views.ts";
import { createRedirects } from "../../../src/server/resolver/redirects.ts";
import { createState } from "../../../src/server/state.ts";
import { city, code } from "../../core/state/kit.ts";
import { MA1301, openCity, type World } from "../world.ts";

const LAMP = `${MA1301}/LAMP/000001`;
const LINK = "https://lamps.test/1";

let world: World;
beforeAll(async () => {
  world = await openCity();
  const { record } = await world.json(`/v1/codes/${encodeURIComponent(LAMP)}`);
  const prev = Uint8Array.from(Buffer.from(record.op, "hex"));
  const links = [{ rel: "default", href: LINK }];
  await world.do({ op: "update", code: code(LAMP), prev, links }, city);
});
afterAll(() => world[Symbol.asyncDispose]());

const MAX = 20;

/** All that keeps what it worked out of the remembered values, after so many other values were remembered. */
function readersAfter(others: number) {
  const { ledger } = world;
  const state = createState(ledger, MAX);
  const views = createRecordViews(ledger, state);
  const answers = createRecordAnswers({ ledger, state, views, node: NODE });
  const redirects = createRedirects({ ledger, state, views });
  for (let i = 0; i < others; i++) state.remembered.get(codeKey(code(`MA.156.9999.${i}`)));
  return {
    list: () => JSON.parse(views.summaries([LAMP]))[0].effective.status,
    record: () => JSON.parse(answers.get(LAMP)?.body ?? "").effective.status,
    redirect: () => redirects.get(LAMP),
  };
}

const NODE = { vkeys: [], policy: "", engine: "memory", software: "x" };

test("what was worked out while the memory of values overflowed is forgotten with it", async () => {
  // Around the bound, so that it overflows before, at and after each ancestor; each reader is asked first once.
  const worlds = Array.from({ length: 14 }, (_, i) => MAX - 12 + i).flatMap((others) =>
    (["list", "record", "redirect"] as const).map((first) => {
      const readers = readersAfter(others);
      return { others, first, readers, before: readers[first]() };
    }),
  );
  for (const { others, first, before } of worlds) {
    expect({ others, before }).toEqual({ others, before: first === "redirect" ? LINK : "active" });
  }
  const { record } = await world.json(`/v1/codes/${MA1301}`);
  const prev = Uint8Array.from(Buffer.from(record.control, "hex"));
  await world.do({ op: "status", code: code(MA1301), prev, do: "suspend", reason: "x" }, city);
  const stale = worlds.flatMap(({ others, first, readers }) => {
    const now = { list: readers.list(), record: readers.record(), redirect: readers.redirect() };
    const isRight = now.list === "suspended" && now.record === "suspended" && !now.redirect;
    return isRight ? [] : [{ others, first, now }];
  });
  expect(stale).toEqual([]);
});

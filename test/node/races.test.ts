import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fromHex, present } from "../../src/core/index.ts";
import { createClient, type Outcome } from "../../src/sdk/index.ts";
import { discard } from "../discard.ts";
import { CITY, code, issueCity, signAs } from "../sdk/world.ts";
import { beginLedger, type RealNode, startRealNode } from "./real-node.ts";

let root: string;
let node: RealNode;
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "cityid-races-"));
  node = await startRealNode({ data: await beginLedger(root) });
  await issueCity(node);
});
afterAll(async () => {
  await node.stop();
  discard(root);
});

const RUNNERS = 1000;

/** As many people as run change the same record on top of the same version, each by a request of its own. */
async function race(prev: string): Promise<readonly Outcome[]> {
  const signed = await Promise.all(
    Array.from({ length: RUNNERS }, (_, n) => {
      const names = { zh: { value: `石家庄 ${n}`, validFrom: "2020-01-01" } };
      const bytes = present(fromHex(prev), "a hash");
      return signAs({ op: "update", code: code(CITY), prev: bytes, names }, CITY, "city");
    }),
  );
  // More than may wait at a time: whoever is sent away comes again, however often.
  const client = createClient({ url: node.url, attempts: 100 });
  return Promise.all(signed.map(({ bytes }) => client.submit(bytes)));
}

test("of a thousand concurrent updates of one record exactly one wins each step", async () => {
  for (let step = 1; step <= 2; step++) {
    const before = (await node.client.record(CITY)).record.op;
    const outcomes = await race(before);
    const won = outcomes.flatMap((each) => (each.status === "accepted" ? [each.hash] : []));
    const [winner, ...others] = won;
    expect(others).toEqual([]);
    expect((await node.client.record(CITY)).record.op).toBe(winner);
    const lost = outcomes.flatMap((each) => (each.status === "refused" ? [each] : []));
    expect(lost).toHaveLength(RUNNERS - 1);
    for (const { code: why, facts } of lost) {
      expect([why, facts.got, facts.want]).toEqual(["STATE_PREV", before, winner]);
    }
  }
  const { items } = await node.client.history(CITY, { limit: 10 });
  expect(items.filter(({ kind }) => kind === "update")).toHaveLength(2);
});

import { join } from "node:path";
import { expect, test } from "vitest";
import { freePort } from "../../../bench/lib/free-port.mjs";
import { fromHex, present } from "../../../src/core/index.ts";
import { ApiProblem } from "../../../src/sdk/index.ts";
import { openDataOffice } from "../../cli/office.ts";
import { runCli } from "../../cli/served-world.ts";
import { CITY, code, signerOf } from "../../sdk/world.ts";
import { startRealNode, until } from "../real-node.ts";

// What is agreed upon at one node is kept at another: two processes, two ledgers, by the command line.

const AIR = `${CITY}/DATA/AIR`;

test("a reader whom only the parent's ledger knows reads at the city's node what was granted there, until it is revoked", async () => {
  await using office = await openDataOffice();
  const url = `http://127.0.0.1:${await freePort()}`;
  const who = ["--key", await office.keyOf("all"), "--as", CITY];
  const args = ["--namespace", CITY, "--parent", office.node.url, "--port", new URL(url).port];
  await using child = await startRealNode({
    data: join(office.directory, "city"),
    args: [...args, ...who],
  });
  const atCity = (...words: readonly string[]) =>
    runCli([...words, ...who, "--yes"], { CITYID_URL: url });
  const terms = ["--title", "空气", "--licence", "CC-BY-4.0", "--contact", "数据科"];
  expect(await atCity("dataset", "create", AIR, ...terms)).toMatchObject({ exit: 0 });
  const said = { id: AIR, type: "Air", time: "2026-11-20T08:00:00Z", pm25: 7, no2: 41 };
  const file = await office.file("seen.json", JSON.stringify(said));
  expect(await atCity("dataset", "send", AIR, file)).toMatchObject({ exit: 0 });
  const { log } = await child.client.dataset(AIR);

  const { record } = await office.node.client.record(CITY);
  const prev = present(fromHex(record.control), "control");
  const late = { key: signerOf("late").publicKey, label: "late", uses: ["data"] as const };
  await office.node.act({ op: "keys", code: CITY, prev, add: [late] }, CITY, "all");
  const reader = child.client.as({ signer: signerOf("late"), holder: `${CITY}#1` });
  const seen = async (): Promise<string> => {
    try {
      const { observations } = await reader.datasetEntry(AIR, 1);
      // biome-ignore lint/suspicious/noExplicitAny: facts, or hashes in their place
      const facts = (observations as any)[0].flatMap(({ name }: any) => name ?? []);
      return facts.join(" ");
    } catch (cause) {
      return cause instanceof ApiProblem ? cause.code : String(cause);
    }
  };
  expect(await seen()).toBe("GRANT_NONE");
  const about = { dataset: code(AIR), log: log.origin, actions: ["read"] as const };
  const bounds = { ...about, attributes: ["pm25"] };
  await office.node.act({ op: "request", code: code(CITY), purpose: "x", ...bounds }, CITY, "all");
  const [request] = (await office.node.client.accessRequests({ code: AIR })).items;
  const asked = present(fromHex(request?.id ?? ""), "an id");
  const { dataset, ...scope } = bounds;
  await office.node.act({ op: "grant", code: dataset, request: asked, ...scope }, CITY, "all");
  await until(async () => ((await seen()) === "id pm25 time type" ? true : undefined));

  const [grant] = (await office.node.client.grants({ code: AIR, open: 1 })).items;
  const id = present(fromHex(grant?.id ?? ""), "an id");
  await office.node.act({ op: "revoke", code: dataset, grant: id, reason: "x" }, CITY, "all");
  await until(async () => ((await seen()) === "GRANT_NONE" ? true : undefined));
}, 120_000);

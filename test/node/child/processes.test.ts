import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { freePort } from "../../../bench/lib/free-port.mjs";
import { fromHex, present } from "../../../src/core/index.ts";
import { auditDirectory } from "../../../src/node/index.ts";
import { signOperation } from "../../../src/sdk/index.ts";
import { jsonOf, openOffice, problemOf } from "../../cli/office.ts";
import { runCli } from "../../cli/served-world.ts";
import { CITY, code, LAMPS, named, signerOf } from "../../sdk/world.ts";
import { startRealNode, until } from "../real-node.ts";

test("a city runs its own ledger in a process of its own, writes on without its parent, and proves itself through it", async () => {
  await using office = await openOffice({}, ["--follow-network", "127.0.0.0/8"]);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const key = await office.keyOf("city");
  const data = join(office.directory, "city");
  const who = ["--key", key, "--as", CITY];
  const args = ["--namespace", CITY, "--parent", office.node.url, "--port", String(port), ...who];
  await using child = await startRealNode({ data, args });

  const anchored = await until(async () => {
    const bundle = JSON.parse(await office.node.client.proof(`anchor/${CITY}`));
    return typeof bundle.value === "string" || undefined;
  });
  expect(anchored).toBe(true);
  const node = await child.client.node();
  expect(node).toMatchObject({ origin: `127.0.0.1:${port}/log`, parent: { code: CITY } });

  // The parent sends on what lives in the city's ledger.
  const path = `/v1/codes/${encodeURIComponent(LAMPS)}`;
  const sent = await fetch(office.node.url + path, { redirect: "manual" });
  expect([sent.status, sent.headers.get("location")]).toEqual([307, url + path]);
  expect(await (await fetch(office.node.url + path)).json()).toMatchObject({ code: LAMPS });

  const rename = async (name: string) => {
    const { record } = await child.client.record(LAMPS);
    const prev = present(fromHex(record.op), "op");
    const { bytes } = await signOperation({
      iss: CITY,
      aud: node.origin,
      iatSeconds: Math.floor(Date.now() / 1000),
      signer: signerOf("city"),
      operation: { op: "update", code: code(LAMPS), prev, names: named(name) },
    });
    return child.client.submit(bytes);
  };
  expect(await rename("市路灯")).toMatchObject({ status: "accepted" });
  const history = await child.client.history(LAMPS);
  expect(history.items.map(({ kind }) => kind)).toEqual(["update"]);
  const before = await child.client.record(LAMPS, { at: "2021-01-01" });
  expect(before.record.names.zh).toMatchObject({ value: "市路灯" });

  const { vkeys } = await office.node.client.node();
  const proof = join(office.directory, "lamps.proof.json");
  const show = (to: string) =>
    runCli(["show", LAMPS, "--proof", to, "--json"], { CITYID_URL: url });
  jsonOf(await show(proof));
  const verified = jsonOf(await office.cli("verify", proof, "--vkey", vkeys[0] ?? "", "--json"));
  expect(verified).toMatchObject({
    key: `code/${LAMPS}`,
    effective: { status: "active" },
    checkpoint: { origin: node.origin },
    delegations: [{ code: CITY, to: node.origin }],
  });

  // A certificate rests on the chain for whoever trusts the parent, and on the city's log alone for whoever trusts that.
  for (const [name, vkey] of Object.entries({ parent: vkeys[0] ?? "", own: node.vkeys[0] ?? "" })) {
    const page = join(office.directory, `${name}.pdf`);
    const trust = ["--vkey", vkey, "--json"];
    const made = await runCli(["certificate", LAMPS, "--out", page, ...trust], { CITYID_URL: url });
    expect(jsonOf(made)).toMatchObject({ present: true, checkpoint: { origin: node.origin } });
    const read = jsonOf(await office.cli("verify", page, ...trust));
    expect(read).toMatchObject({ key: `code/${LAMPS}`, certificate: { page: "not checked" } });
    expect(read.delegations?.length).toBe(name === "parent" ? 1 : undefined);
  }

  // At the parent nobody is told that something unforeseen went wrong, but where it is; proofs come from there by themselves.
  for (const words of [["show"], ["history"], ["children"], ["show", "--keys"]]) {
    expect(problemOf(await office.cli(...words, LAMPS))).toMatchObject({
      exit: 4,
      code: "CLI_ELSEWHERE",
      remedy: expect.stringContaining(`--url ${url}`),
    });
  }
  const trust = ["--vkey", vkeys[0] ?? "", "--json"];
  const through = { delegations: [{ code: CITY, to: node.origin }] };
  const passedOn = join(office.directory, "passed-on.json");
  jsonOf(await office.cli("show", LAMPS, "--proof", passedOn, "--json"));
  expect(jsonOf(await office.cli("verify", passedOn, "--code", LAMPS, ...trust))).toMatchObject(
    through,
  );
  const item = {
    code: code(`${LAMPS}/77`),
    kind: "thing" as const,
    class: "LAMP",
    names: named("灯"),
  };
  const { bytes: born } = await signOperation({
    iss: CITY,
    aud: node.origin,
    iatSeconds: Math.floor(Date.now() / 1000),
    signer: signerOf("city"),
    operation: { op: "register", items: [item] },
  });
  expect(await child.client.submit(born)).toMatchObject({ status: "accepted" });
  // What was born below has no history above: the page rests on the chain, wherever it is asked for.
  for (const [name, at] of Object.entries({ above: office.node.url, below: url })) {
    const page = join(office.directory, `born-${name}.pdf`);
    const words = ["certificate", item.code, "--out", page, ...trust];
    const made = () => runCli(words, { CITYID_URL: at });
    await until(async () => (await made()).exit === 0 || undefined);
    expect(jsonOf(await office.cli("verify", page, "--code", item.code, ...trust))).toMatchObject(
      through,
    );
  }

  // Its whole history stands in two logs, and is proved from one end to the other.
  const whole = join(office.directory, "lamps.history");
  const kept = jsonOf(
    await runCli(["history", LAMPS, "--proof", whole, "--json"], { CITYID_URL: url }),
  );
  expect(kept).toMatchObject({ pages: 2 });
  const from = jsonOf(await office.cli("verify", whole, "--vkey", vkeys[0] ?? "", "--json"));
  const parentOrigin = (await office.node.client.node()).origin;
  expect(from).toMatchObject({
    changes: [
      { origin: parentOrigin, kind: "register" },
      { origin: node.origin, kind: "update" },
    ],
    delegations: [{ code: CITY, by: parentOrigin, to: node.origin }],
  });
  // Asked at the parent it is the same: it sends on to the city, which leads back.
  const asked = join(office.directory, "asked.history");
  jsonOf(await office.cli("history", LAMPS, "--proof", asked, "--json"));
  jsonOf(await office.cli("verify", asked, "--vkey", vkeys[0] ?? "", "--code", LAMPS, "--json"));
  // The city's own record, and one that the city made: of its own log alone.
  const [own] = await pagesOf(child.client.historyProof(CITY));
  expect(JSON.parse(own ?? "").proof).toHaveLength(2);
  const half = join(office.directory, "half.history");
  await writeFile(half, `${(await readFile(whole, "utf8")).split("\n")[0]}\n`);
  expect(await office.cli("verify", half, "--vkey", vkeys[0] ?? "")).toMatchObject({
    exit: 6,
    errors: expect.stringContaining("HISTORY_MISSING"),
  });

  await office.node.stop("SIGKILL");
  expect(await rename("市管路灯")).toMatchObject({ status: "accepted" });
  const alone = join(office.directory, "alone.proof.json");
  jsonOf(await show(alone));
  jsonOf(await office.cli("verify", alone, "--vkey", vkeys[0] ?? "", "--json"));
  const wrong = JSON.parse(await readFile(alone, "utf8"));
  expect(wrong.length).toBe(2);

  // And it starts again without its parent.
  expect(await child.stop()).toBe(0);
  expect((await auditDirectory(data)).intact).toBe(true);
  await using again = await startRealNode({ data, args: ["--port", String(port), ...who] });
  expect((await again.client.record(LAMPS)).record.names.zh).toMatchObject({ value: "市管路灯" });
});

async function pagesOf(pages: AsyncIterable<string>): Promise<string[]> {
  const all: string[] = [];
  for await (const page of pages) all.push(page);
  return all;
}

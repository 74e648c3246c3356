import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fromHex, present, readSeal } from "../../src/core/index.ts";
import { batchOperation } from "../../src/sdk/index.ts";
import { CITY, code, LAMPS, named, signerOf } from "../sdk/world.ts";
import { jsonOf, type Office, openOffice, problemOf } from "./office.ts";
import type { Ran } from "./served-world.ts";

// A city seals its plates, logs and withdraws them, with the compiled command; a stranger checks them.

const LAMP = `${LAMPS}/000001`;
const OTHER = `${LAMPS}/000002`;
let office: Office;
beforeAll(async () => {
  office = await openOffice();
  const items = [LAMP, OTHER].map((each) => ({
    code: code(each),
    kind: "thing" as const,
    class: "LAMP",
    names: named("路灯"),
  }));
  await office.node.act({ op: "register", items }, CITY, "city");
  const { record } = await office.node.client.record(CITY);
  const prev = present(fromHex(record.control), "control");
  const key = signerOf("sealer").publicKey;
  const add = [{ key, uses: ["seal" as const], label: "plates" }];
  await office.node.act({ op: "keys", code: CITY, prev, add }, CITY, "city");
});
afterAll(() => office[Symbol.asyncDispose]());

const sealer = (...args: readonly string[]): Promise<Ran> => office.as("sealer", CITY, ...args);
const path = (name: string) => join(office.directory, name);
const linesOf = (text: string) =>
  text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { code: string; serial: number; kid: string; text: string });

describe("cityid seal", () => {
  test("makes a seal that a stranger finds genuine, and never uses a serial twice", async () => {
    const first = await sealer("seal", LAMP, OTHER, "--host", "ID.example");
    expect(first.exit).toBe(0);
    const [one, two] = linesOf(first.out);
    expect(one).toMatchObject({ code: LAMP });
    expect(one?.text).toMatch(`HTTPS://ID.EXAMPLE/${LAMP}/`);
    expect(two?.serial).toBe((one?.serial ?? 0) + 1);
    const [three] = linesOf((await sealer("seal", LAMP)).out);
    expect(three?.serial).toBe((two?.serial ?? 0) + 1);
    expect(readFileSync(path("sealer.key.serials"), "utf8")).toBe(`${(three?.serial ?? 0) + 1}\n`);
    expect(existsSync(path("sealer.key.serials.lock"))).toBe(false);
    expect(jsonOf(await office.cli("seal", "check", one?.text ?? "", "--json"))).toMatchObject({
      outcome: "genuine",
      code: LAMP,
      holder: `${CITY}#1`,
    });
    const person = await office.cli("seal", "check", one?.text ?? "", "--lang", "zh");
    expect(person.out).toContain("真实有效");
    expect(person.out).toContain("翻拍");
  });

  test("says what is wrong with a forged, a swapped and an expired one", async () => {
    const [made] = linesOf((await sealer("seal", LAMP, "--expires", "2020-01-01")).out);
    const text = made?.text ?? "";
    const expired = problemOf(await office.cli("seal", "check", text, "--lang", "en"));
    expect(expired).toMatchObject({ exit: 3, code: "CLI_SEAL_ENDED" });
    expect(expired.what).toContain("SEAL_EXPIRED");
    const swapped = await office.cli("seal", "check", text.replace(LAMP, OTHER), "--lang", "zh");
    expect(problemOf(swapped)).toMatchObject({ exit: 6, code: "CLI_SEAL_WRONG" });
    expect(problemOf(swapped).what).toContain("挪用");
    const cut = await office.cli("seal", "check", text.slice(0, -17));
    expect(problemOf(cut)).toMatchObject({ exit: 6, code: "CLI_SEAL_WRONG" });
    const script = await office.cli("seal", "check", `javascript:${text}`, "--lang", "en");
    expect(problemOf(script).what).toContain("do not open it");
  });

  test("checks off line what was kept, and then says that it is old", async () => {
    const [made] = linesOf((await sealer("seal", LAMP)).out);
    const text = made?.text ?? "";
    const kept = path("evidence.json");
    jsonOf(await office.cli("seal", "check", text, "--save", kept, "--json"));
    const { policy } = await office.node.client.node();
    const trust = await office.file("policy", policy);
    const offline = ["seal", "check", text, "--offline", kept, "--policy", trust];
    expect((await office.cli(...offline)).exit).toBe(0);
    const other = linesOf((await sealer("seal", OTHER)).out)[0]?.text ?? "";
    const args = ["--offline", kept, "--policy", trust, "--lang", "en"];
    const unseen = problemOf(await office.cli("seal", "check", other, ...args));
    expect(unseen).toMatchObject({ exit: 5, code: "CLI_SEAL_UNSURE" });
    expect(unseen.what).toContain(`Signed by ${CITY}#1.`);
    expect(problemOf(await office.cli(...offline.slice(0, 5)))).toMatchObject({
      code: "CLI_POLICY",
    });
    const none = await office.cli("seal", "check", text, "--offline", trust, "--policy", trust);
    expect(problemOf(none)).toMatchObject({ exit: 2, code: "CLI_FILE_FORMAT" });
  });

  test("makes seals in bulk, logs them as a batch, and withdraws some", async () => {
    const codes = await office.file("codes.txt", `${LAMP}\n${OTHER}\n\n${LAMP}\n`);
    const batch = path("batch.ndjson");
    expect((await sealer("seal", "--file", codes, "--batch", batch)).exit).toBe(0);
    const lines = linesOf(readFileSync(batch, "utf8"));
    expect(lines.map(({ code: each }) => each)).toEqual([LAMP, OTHER, LAMP]);
    expect(problemOf(await sealer("seal", LAMP, "--batch", batch))).toMatchObject({
      code: "CLI_FILE_EXISTS",
    });
    expect((await sealer("seal", "log", batch)).exit).toBe(0);
    const { kid = "", serial = 0 } = lines[1] ?? {};
    const evidence = await office.node.client.sealEvidence(OTHER, kid, serial);
    expect(JSON.parse(evidence).paths).toMatchObject([{ kid, serial }]);
    expect((await sealer("seal", "log", batch, "--lang", "en")).out).toContain("logged before");
    // In another order, so that they are other seals even in the same second.
    const turned = await office.file("turned.txt", `${OTHER}\n${LAMP}\n${LAMP}\n`);
    const others = ["--first", `${lines[0]?.serial}`, "--batch", path("others.csv"), "--csv"];
    expect((await sealer("seal", "--file", turned, ...others)).exit).toBe(0);
    expect(problemOf(await sealer("seal", "log", path("others.csv")))).toMatchObject({
      exit: 3,
      code: "STATE_SEALS_OVERLAP",
    });
    const gap = await office.file("gap.ndjson", `${lines[0]?.text}\n${lines[2]?.text}\n`);
    expect(problemOf(await sealer("seal", "log", gap))).toMatchObject({ code: "CLI_FILE_FORMAT" });

    const withdrawn = await sealer("unseal", CITY, `${serial}`, "--reason", "铭牌丢失");
    expect(withdrawn.exit).toBe(0);
    const gone = problemOf(await office.cli("seal", "check", lines[1]?.text ?? "", "--lang", "en"));
    expect(gone).toMatchObject({ exit: 3, code: "CLI_SEAL_ENDED" });
    expect(gone.what).toContain("SEAL_WITHDRAWN");
    expect((await office.cli("seal", "check", lines[0]?.text ?? "")).exit).toBe(0);
    const again = await sealer(
      "unseal",
      CITY,
      `${serial}-${serial}`,
      "--kid",
      kid,
      "--reason",
      "x",
    );
    expect(problemOf(again)).toMatchObject({ exit: 3, code: "STATE_NOTHING_TO_DO" });
  });

  test("logs a batch to its end where a run broke off before the node was given what it serves", async () => {
    const batch = path("broken-off.csv");
    const codes = await office.file("two.txt", `${LAMP}\n${OTHER}\n`);
    expect((await sealer("seal", "--file", codes, "--batch", batch, "--csv")).exit).toBe(0);
    const rows = readFileSync(batch, "utf8").trim().split("\n").slice(1);
    const seals = rows.map((row) => {
      const read = readSeal(row.split(",")[3] ?? "");
      return present(read.ok ? read.value.seal : undefined, "a seal");
    });
    await office.node.act(batchOperation(code(CITY), seals), CITY, "sealer");
    const [, serial = "", kid = ""] = rows[1]?.split(",") ?? [];
    const paths = async () =>
      JSON.parse(await office.node.client.sealEvidence(OTHER, kid, Number(serial))).paths;
    expect(await paths()).toBeUndefined();
    expect((await sealer("seal", "log", batch, "--lang", "en")).out).toContain("logged before");
    expect(await paths()).toHaveLength(1);
  });

  test("writes CSV, and refuses what it cannot use", async () => {
    const [head, row = ""] = (await sealer("seal", LAMP, "--csv")).out.trim().split("\n");
    expect(head).toBe("code,serial,kid,text");
    expect(row.split(",")).toHaveLength(4);
    expect(problemOf(await sealer("seal"))).toMatchObject({ code: "CLI_MISSING" });
    expect(problemOf(await sealer("seal", LAMP, "--host", "a b"))).toMatchObject({
      code: "CLI_ARGUMENT",
    });
    expect(problemOf(await sealer("seal", LAMP, "--first", "1048576"))).toMatchObject({
      code: "CLI_SEAL_KEY_FULL",
    });
    expect(problemOf(await sealer("seal", `${LAMPS}/999999`))).toMatchObject({ exit: 4 });
    expect(problemOf(await sealer("unseal", CITY, "x", "--reason", "x"))).toMatchObject({
      code: "CLI_ARGUMENT",
    });
    await office.file("sealer.key.serials", "many\n");
    expect(problemOf(await sealer("seal", LAMP))).toMatchObject({ code: "CLI_SEAL_SERIALS" });
    await office.file("sealer.key.serials", "500\n");
    expect(linesOf((await sealer("seal", LAMP)).out)[0]?.serial).toBe(500);
  });
});

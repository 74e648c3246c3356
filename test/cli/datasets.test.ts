import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  composeSeal,
  encodeDigits,
  encodeSeal,
  fromHex,
  hex,
  present,
} from "../../src/core/index.ts";
import {
  makeObservation,
  readInvitation,
  signEnrolment,
  signEntry,
  signerFromWebCrypto,
  signInvitation,
} from "../../src/sdk/index.ts";
import { CITY, code, named, signerOf } from "../sdk/world.ts";
import { jsonOf, type Office, officeKey, openDataOffice, problemOf } from "./office.ts";

// An office makes a dataset, sends to it, proves a fact to a stranger and erases another, with the compiled command.

const OFFICE = `${CITY}.02`;
const AIR = `${OFFICE}/DATA/AIR`;
let office: Office;
beforeAll(async () => {
  office = await openDataOffice();
  const items = [
    {
      code: code(OFFICE),
      kind: "department" as const,
      names: named("局"),
      keys: [officeKey("office")],
    },
  ];
  await office.node.act({ op: "register", items }, CITY, "all");
});
afterAll(() => office[Symbol.asyncDispose]());

const by = (...args: readonly string[]) => office.as("office", OFFICE, "dataset", ...args);
const CREATE = ["create", AIR, "--title", "空气质量", "--title", "en=Air quality"].concat(
  ...[
    ["--licence", "CC-BY-4.0"],
    ["--contact", "数据科"],
    ["--rhythm", "PT1H"],
  ],
);
const JPEG = Uint8Array.of(0xff, 0xd8, 0xff, 0xda, 0x00, 0x02, 0x01, 0xff, 0xd9);

test("a dataset is made in four signed steps, and made again it is as it was", async () => {
  const made = await by(...CREATE);
  expect(made).toMatchObject({ exit: 0 });
  expect(made.out).toContain("MA.156.1301.02_DATA_AIR.g1");
  const before = await office.node.client.record(AIR);
  const again = await by(...CREATE);
  expect(again).toMatchObject({ exit: 0 });
  expect((await office.node.client.record(AIR)).record).toEqual(before.record);
  const { log, entries } = await office.node.client.dataset(AIR);
  expect([log.genesis?.length, entries]).toEqual([64, 1]);
});

test("what is sent is proved to a stranger, erased, and refused when it is wrong", async () => {
  const photo = join(office.directory, "photo.jpg");
  writeFileSync(photo, JPEG);
  const said = { id: AIR, pm25: 12.5, note: "晴", time: "2026-05-29T03:00:00Z" };
  const file = await office.file("said.json", JSON.stringify([said, { ...said, pm25: 13 }]));
  const receipt = join(office.directory, "sent");
  const sent = await by("send", AIR, file, "--attach", `photo=${photo}`, "--receipt", receipt);
  expect(sent).toMatchObject({ exit: 0 });
  const [vkey = ""] = (await office.node.client.dataset(AIR)).log.vkeys;
  const own = await office.cli("verify", receipt, "--vkey", vkey, "--json");
  expect(jsonOf(own)).toMatchObject({ index: 1 });

  const listed = (await by("entries", AIR, "--json")).out.trim().split("\n");
  expect(JSON.parse(listed[1] ?? "")).toMatchObject({ index: 1, office: OFFICE, observations: 2 });
  const read = jsonOf(await by("read", AIR, "1", "--json"));
  const facts = read.observations[0] as { name: string; value: { sha256: string } }[];
  const hash = facts.find(({ name }) => name === "photo")?.value.sha256 ?? "";
  const out = join(office.directory, "out.jpg");
  expect(await by("file", AIR, "1", hash, out, "--strip")).toMatchObject({ exit: 0 });

  const proof = join(office.directory, "proof.json");
  expect(
    await by("proof", AIR, "1", proof, "--observation", "1", "--names", "pm25,time"),
  ).toMatchObject({ exit: 0 });
  const node = await office.node.client.node();
  const policy = await office.file("policy", node.policy);
  const verified = jsonOf(await office.cli("verify", proof, "--policy", policy, "--json"));
  expect(verified).toMatchObject({
    ...{ dataset: `${AIR}#1`, source: OFFICE, index: 1, facts: { pm25: 13 } },
    signer: { holder: `${OFFICE}#1` },
  });
  const person = await office.cli("verify", proof, "--policy", policy, "--lang", "zh");
  expect(person.out).toContain("尚未锚定");
  const first = join(office.directory, "first.json");
  await by("proof", AIR, "0", first);
  expect(jsonOf(await office.cli("verify", first, "--policy", policy, "--json"))).toHaveProperty(
    "anchored",
  );
  const other = await office.cli("verify", proof, "--policy", policy, "--code", CITY);
  expect(problemOf(other)).toMatchObject({ code: "CLI_PROOF_SUBJECT" });

  expect(await by("erase", AIR, "1", "--names", "note")).toMatchObject({ exit: 0 });
  expect((await by("read", AIR, "1", "--json")).out).not.toContain("晴");
  expect(await by("proof", AIR, "1", proof)).toMatchObject({ exit: 0 });
  expect(
    jsonOf(await office.cli("verify", proof, "--policy", policy, "--json")).facts,
  ).toMatchObject({ pm25: "12.5" });

  const nothing = await office.file("null.json", JSON.stringify({ id: null }));
  expect(problemOf(await by("send", AIR, nothing))).toMatchObject({ code: "CLI_FILE_FORMAT" });
  const page = await office.file("page.html", "<script>");
  expect(problemOf(await by("send", AIR, file, "--attach", `photo=${page}`))).toMatchObject({
    code: "CLI_ARGUMENT",
  });
  const stranger = await office.as("stranger", OFFICE, "dataset", "send", AIR, file);
  expect(stranger.exit).not.toBe(0);
  expect(stranger.errors).toContain("AUTH_KEY_UNKNOWN");
});

test("a table is proved as a whole, and is caught when it was changed", async () => {
  const policy = await office.file("policy", (await office.node.client.node()).policy);
  const at = (name: string) => join(office.directory, name);
  const exported = (name: string, ...more: readonly string[]) =>
    by("export", AIR, at(name), "--since", "2026-05-28", "--attributes", "pm25,photo", ...more);
  const verify = (name: string, ...more: readonly string[]) =>
    office.cli("verify", at(`${name}.proof`), "--policy", policy, "--code", AIR, ...more);
  for (const name of ["all.parquet", "all.csv"]) {
    const ran = await exported(name);
    expect(ran).toMatchObject({ exit: 0 });
    // What it says to run is a command that works, but for the file of the policy.
    expect(ran.out).toContain(`cityid verify ${at(name)}.proof --policy FILE`);
    const verdict = jsonOf(await verify(name, "--json"));
    expect(verdict).toMatchObject({ dataset: `${AIR}#1`, rows: 3, entries: 2, path: at(name) });
    expect(verdict).toMatchObject({ hidden: { entries: 0, observations: 0 } });
    expect(verdict).toMatchObject({
      anchored: { entries: 1 },
      asked: { attributes: ["pm25", "photo"] },
    });
    expect(verdict.signers).toHaveLength(2);
  }
  expect(problemOf(await exported("all.csv"))).toMatchObject({ code: "CLI_FILE_EXISTS" });
  for (const name of ["all.json", "all"]) {
    const refused = problemOf(await exported(name));
    expect(refused).toMatchObject({ exit: 2, code: "CLI_ARGUMENT" });
    expect(existsSync(at(name))).toBe(false);
  }
  expect(await exported("all.json", "--format", "ndjson")).toMatchObject({ exit: 0 });
  const csv = readFileSync(at("all.csv"), "utf8");
  writeFileSync(at("all.csv"), csv.replace("12.5", "12.6"));
  expect(problemOf(await verify("all.csv"))).toMatchObject({ code: "CLI_EXPORT_DIFFERS" });
  // The same form, of other rows than the proof is of.
  const less = ["--before", "2026-05-29", "--overwrite", "--no-proof"];
  expect(await exported("all.parquet", ...less)).toMatchObject({ exit: 0 });
  expect(problemOf(await verify("all.parquet"))).toMatchObject({ code: "CLI_EXPORT_DIFFERS" });
  const proof = readFileSync(at("all.csv.proof"), "utf8").trim().split("\n");
  writeFileSync(at("all.csv.proof"), `${proof.slice(0, -1).join("\n")}\n`);
  const short = problemOf(await verify("all.csv"));
  expect(short).toMatchObject({ code: "CLI_PROOF", what: expect.stringContaining("PROOF_LENGTH") });
});

test("a plate is installed, replaced and missed by what its symbol says, and shown to everybody", async () => {
  const lamp = `${OFFICE}/LAMP/000001`;
  const items = [
    { code: code(`${OFFICE}/LAMP`), kind: "class" as const, names: named("路灯") },
    { code: code(lamp), kind: "thing" as const, names: named("路灯") },
  ];
  await office.node.act({ op: "register", items }, OFFICE, "office");
  const { record } = await office.node.client.record(lamp);
  const born = present(fromHex(record.born), "born").slice(0, 8);
  // A scan says which plate it was before; whether its seal holds is for whoever checks it.
  const [first = "", second = ""] = [1, 2].map((serial) => {
    const terms = { code: code(lamp), iatSeconds: 1_700_000_000, serial, born };
    const unsigned = composeSeal(terms, { alg: -8, kid: new Uint8Array(8) });
    return `https://plates.test/${lamp}/${encodeDigits(encodeSeal(unsigned, new Uint8Array(64)))}`;
  });
  const photo = join(office.directory, "plate.jpg");
  writeFileSync(photo, JPEG);
  const there = ["--photo", photo, "--place", "114.51486,38.042769"];
  const scan = (...args: readonly string[]) => by("scan", AIR, ...args);
  expect(await scan("installed", first, ...there, "--note", "东侧")).toMatchObject({ exit: 0 });
  expect(await scan("moved", first, ...there)).toMatchObject({ exit: 0 });
  const list = async () =>
    (await by("plates", lamp, "--json")).out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
  const name = (await list())[0].seal as string;
  expect(await scan("replaced", second, "--replaces", name, ...there)).toMatchObject({ exit: 0 });
  expect(await scan("missing", lamp)).toMatchObject({ exit: 0 });
  const person = await office.cli("dataset", "plates", lamp, "--lang", "zh");
  expect(person.out).toMatch(/1\t已更换\t.*→ 2\n2\t丢失/);

  const refused = async (...args: readonly string[]) => problemOf(await scan(...args)).code;
  expect(await refused("installed", first, "--photo", photo)).toBe("DATA_PLATE");
  expect(await refused("gone", first, ...there)).toBe("CLI_ARGUMENT");
  expect(await refused("installed", lamp, ...there)).toBe("CLI_ARGUMENT");
  expect(await refused("installed", first, "--place", "200,0")).toBe("CLI_ARGUMENT");
  expect(await refused("replaced", second, "--replaces", "x", ...there)).toBe("CLI_ARGUMENT");
  const page = await office.file("page.html", "<script>");
  expect(await refused("installed", first, "--photo", page)).toBe("CLI_ARGUMENT");
});

test("a phone is invited, asks with a key that cannot leave it, and is enrolled by the office", async () => {
  const invited = jsonOf(await by("invite", AIR, "--label", "巡查三组", "--days", "7", "--json"));
  const [page = "", digits = ""] = (invited.url as string).split("#i=");
  expect(page).toMatch(/\/report\/MA\.156\.1301\.02\/DATA\/AIR$/);
  const invitation = new Uint8Array(Buffer.from(digits, "base64url"));
  const said = present(readInvitation(invitation), "an invitation");
  expect(said).toEqual({ office: OFFICE, dataset: AIR, label: "巡查三组" });

  const pair = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, [
    "sign",
    "verify",
  ]);
  const signer = await signerFromWebCrypto(pair);
  const { client } = office.node;
  const { origin: aud } = await client.node();
  const iatSeconds = Math.floor(Date.now() / 1000);
  const claims = { office: code(said.office), aud, iatSeconds, signer };
  const request = await signEnrolment(claims, invitation);
  const { kid } = await client.enrol(invitation, request);
  expect(kid).toBe(hex(signer.kid));
  const refusal = (sent: Promise<unknown>) =>
    sent.then(
      () => "taken",
      (problem: { code: string }) => problem.code,
    );
  // Whoever has another invitation, or none, or lets another key sign, is told so.
  const strange = await signEnrolment({ ...claims, signer: signerOf("stranger") }, invitation);
  const forged = invitation.slice();
  forged[forged.length - 5] = (forged.at(-5) ?? 0) ^ 1;
  expect(await refusal(client.enrol(forged, request))).toBe("AUTH_SIGNATURE");
  expect(await refusal(client.enrol(request, invitation))).toBe("OP_HEADER");
  const byRecord = await signInvitation(
    { ...claims, signer: signerOf("stranger") },
    { dataset: code(AIR), label: "x", untilSeconds: iatSeconds + 60 },
  );
  expect(await refusal(client.enrol(byRecord, strange))).toBe("AUTH_KEY_UNKNOWN");
  const over = await signInvitation(
    { ...claims, signer: signerOf("office") },
    { dataset: code(AIR), label: "x", untilSeconds: iatSeconds - 1 },
  );
  expect(await refusal(client.enrol(over, request))).toBe("ENROL_EXPIRED");
  const another = await signInvitation(
    { ...claims, signer: signerOf("office") },
    { dataset: code(AIR), label: "x", untilSeconds: iatSeconds + 60 },
  );
  expect(await refusal(client.enrol(another, request))).toBe("ENROL_FORM");

  const enrolled = await by("enrol", kid);
  expect(enrolled).toMatchObject({ exit: 0 });
  expect(enrolled.errors).toContain(kid);
  expect((await by("enrol")).out).toMatch(/No key waits|没有/);
  const { log } = await client.dataset(AIR);
  const report = await signEntry(
    { source: code(OFFICE), audience: log.origin, iatSeconds, signer },
    [makeObservation({ id: AIR, note: "井盖破损", place: [1_145_149_000, 380_423_000] })],
  );
  expect((await client.sendEntry(AIR, report)).index).toBeGreaterThan(1);
});

test("another office asks, is granted less, reads that much, and is refused once it is revoked", async () => {
  const PARKS = `${CITY}.03`;
  const uses = ["data", "record"] as const;
  const keys = [{ key: signerOf("parks").publicKey, uses, label: "parks" }];
  const item = { code: code(PARKS), kind: "department" as const, names: named("园林局"), keys };
  await office.node.act({ op: "register", items: [item] }, CITY, "all");
  const parks = (...args: readonly string[]) => office.as("parks", PARKS, ...args);
  const owner = (...args: readonly string[]) => office.as("office", OFFICE, ...args);
  const file = await office.file(
    "granted.json",
    JSON.stringify({ id: AIR, no2: 41, pm25: 12, time: "2026-05-29T03:00:00Z" }),
  );
  const { index } = jsonOf(await by("send", AIR, file, "--json"));
  const at = String(index);
  expect(problemOf(await parks("dataset", "read", AIR, at))).toMatchObject({ code: "GRANT_NONE" });
  const wide = ["--attributes", "no2,pm25", "--until", "2100-01-01"];
  const asked = await parks("request", AIR, "--purpose", "树木养护", ...wide, "--json");
  const request = jsonOf(asked).id as string;
  const grant = (...more: readonly string[]) => owner("grant", AIR, "--request", request, ...more);
  expect(problemOf(await grant("--attributes", "place"))).toMatchObject({ code: "GRANT_WIDER" });
  expect(problemOf(await owner("grant", AIR))).toMatchObject({ code: "CLI_MISSING" });
  const { id } = jsonOf(await grant("--attributes", "pm25", "--json"));
  expect(await office.node.client.grant(id)).toMatchObject({
    ...{ attributes: ["pm25"], until: "2100-01-01T00:00:00Z", to: PARKS, inForce: true },
  });
  const read = await parks("dataset", "read", AIR, at);
  expect(read.out).toContain('"pm25"');
  expect(read.out).not.toContain('"no2"');
  const token = jsonOf(await parks("token", "--grant", id, "--json"));
  const seen = async () => {
    const { client } = office.node;
    return client
      .withToken(token.token)
      .datasetEntry(AIR, index)
      .then(
        () => "seen",
        (problem: { code: string }) => problem.code,
      );
  };
  expect(await seen()).toBe("seen");
  const listed = await owner("agreements", AIR, "--lang", "zh");
  expect(listed.out).toContain(`授权 ${id}`);
  expect(listed.out).toContain("已答复");
  await expect
    .poll(async () => (await owner("agreements", AIR, "--accesses")).out)
    .toContain(`${PARKS}\tentry`);
  expect(await owner("revoke", id, "--reason", "用途已完成")).toMatchObject({ exit: 0 });
  expect(await seen()).toBe("GRANT_ENDED");
  expect(problemOf(await parks("dataset", "read", AIR, at))).toMatchObject({ code: "GRANT_NONE" });
  const list = await office.cli("dataset", "list", "空气");
  expect([list.out.includes(AIR), list.errors]).toEqual([true, ""]);
  const none = await office.cli("dataset", "list", "没有这样的名称");
  expect(none).toMatchObject({ exit: 0, out: "" });
  expect(none.errors).toMatch(/No dataset was found|没有符合条件的数据集/);
});

test("what a dataset is can be said anew, and made strict; bad data is then told in words", async () => {
  const FIELDS = ["--field", "pm25:number:µg/m³", "--field", "remark:text"];
  const strict = await by("describe", AIR, "--strict", ...FIELDS, "--rhythm", "PT30M");
  expect(strict).toMatchObject({ exit: 0 });
  expect(await office.node.client.dataset(AIR)).toMatchObject({
    ...{ title: { zh: "空气质量", en: "Air quality" }, licence: "CC-BY-4.0", rhythm: "PT30M" },
    ...{ strict: true, dictionary: [{ name: "pm25", unit: "µg/m³" }, { name: "remark" }] },
  });
  const said = { id: "urn:ngsi-ld:Streetlight:1", type: "Streetlight", remark: "x" };
  const send = async (more: object) =>
    by("send", AIR, await office.file("strict.json", JSON.stringify([{ ...said, ...more }])));
  expect(await send({ pm25: 3, powerState: "on" })).toMatchObject({ exit: 0 });
  const refused = await send({ powerState: "sideways" });
  expect(problemOf(refused)).toMatchObject({ code: "DATA_SCHEMA", exit: 3 });
  expect(problemOf(refused).what).toContain("powerState of observation 0 should be bootingUp");
  expect(problemOf(await by("describe", AIR, "--field", "pm25"))).toMatchObject({
    code: "CLI_ARGUMENT",
  });
  expect((await by("describe", AIR, "--rhythm", "PT30M")).errors).toContain("Nothing changes");
  expect(await by("describe", AIR, "--no-strict")).toMatchObject({ exit: 0 });
  expect(await office.node.client.dataset(AIR)).not.toHaveProperty("strict");
});

import { expect, test } from "vitest";
import { publicEd25519 } from "#crypto";
import { formatVerifierKey, verifierKey } from "../../src/core/index.ts";
import { CITY } from "../sdk/world.ts";
import { jsonOf, openOffice, problemOf } from "./office.ts";

const ORIGIN = "id.city.example/log";

function policyWith(byte: number): string {
  const key = verifierKey(ORIGIN, "ed25519", publicEd25519(new Uint8Array(32).fill(byte)));
  return `log ${formatVerifierKey(key)}\nquorum none\n`;
}

test("a city delegates by command, says where its ledger is now, and takes it back", async () => {
  await using office = await openOffice();
  const policy = await office.file("policy", policyWith(1));
  const delegate = (...args: string[]) =>
    office.as("city", CITY, "delegate", CITY, ...args, "--json");
  const terms = ["--origin", ORIGIN, "--policy", policy];
  const incomplete = await office.as("city", CITY, "delegate", CITY, "start", ...terms);
  expect(problemOf(incomplete)).toMatchObject({ code: "CLI_MISSING" });
  jsonOf(await delegate("start", ...terms, "--at", "https://id.city.example"));
  const delegation = async () => (await office.node.client.record(CITY)).record.delegation;
  expect(await delegation()).toMatchObject({ origin: ORIGIN, url: "https://id.city.example" });
  const rotated = await office.file("rotated", policyWith(2));
  jsonOf(await delegate("change", "--at", "https://new.example", "--policy", rotated));
  expect(await delegation()).toMatchObject({ url: "https://new.example", policy: policyWith(2) });
  const shown = await office.cli("show", CITY);
  expect(shown.out).toMatch(new RegExp(`delegated to +${ORIGIN} +https://new\\.example\n`));
  jsonOf(await delegate("end", "--reason", "x", "--yes"));
  expect(await delegation()).toBeUndefined();
  expect((await office.cli("show", CITY)).out).not.toMatch(/delegated/);
});

test("that a delegation is held by a suspension is shown", async () => {
  await using office = await openOffice();
  const department = `${CITY}.04`;
  const city = (...args: string[]) => office.as("city", CITY, ...args);
  await city("register", department, "--name", "x");
  const policy = await office.file("policy", policyWith(1));
  const terms = ["--origin", ORIGIN, "--policy", policy, "--at", "https://id.city.example"];
  jsonOf(await city("delegate", department, "start", ...terms, "--json"));
  await city("status", department, "suspend", "--reason", "a test");
  const shown = await office.cli("show", department, "--lang", "zh");
  expect(shown.out).toMatch(/下级委托给 +id\.city\.example\/log +https.+\n +▲ 暂停期间其证明无效/);
});

import { expect, test } from "vitest";
import { encodeCbor, hex } from "../../src/core/index.ts";
import { type Signer, signEnrolment, signerFromSeed, signInvitation } from "../../src/sdk/index.ts";
import { memoryStore } from "../../src/server/index.ts";
import { code, keySpec, ORIGIN, testKey } from "../core/state/kit.ts";
import { asCity, MA1301, openCity, sendSigned, type World } from "./world.ts";

const DAY = 86_400;
const DATASET = code(`${MA1301}/DATA/AIR`);
const signerOf = (word: string): Signer => signerFromSeed(testKey(word).seed);

const seconds = (world: World) => Math.floor(world.clock.now / 1000);

async function ask(
  world: World,
  by: string,
  untilSeconds = seconds(world) + 30 * DAY,
): Promise<Response> {
  const claims = { office: code(MA1301), aud: ORIGIN, iatSeconds: seconds(world) };
  const terms = { dataset: DATASET, label: "patrol", untilSeconds };
  const invitation = await signInvitation({ ...claims, signer: signerOf(by) }, terms);
  const request = await signEnrolment({ ...claims, signer: signerOf("phone") }, invitation);
  return world.request("POST", "/v1/enrolments", {
    headers: { "Content-Type": "application/cbor" },
    body: new Uint8Array(encodeCbor({ invitation, request })),
  });
}

test("a key that asked waits as long as its invitation is good, and then frees its place", async () => {
  const enrolments = memoryStore();
  await using world = await openCity({}, { enrolments });
  const { status } = await ask(world, "city");
  expect(status).toBe(202);
  const waiting = async () =>
    (await (await sendSigned(world, "GET", "/v1/enrolments", asCity)).json()).items;
  const { kid } = testKey("phone");
  expect(await waiting()).toMatchObject([{ kid: hex(kid), dataset: DATASET }]);
  world.clock.now += 3 * DAY * 1000;
  expect(await waiting()).toMatchObject([{ kid: hex(kid) }]);
  world.clock.now += 40 * DAY * 1000;
  expect(await waiting()).toEqual([]);
  world.clock.now -= 40 * DAY * 1000;
  expect(await waiting()).toEqual([]);
});

test("an invitation ends within the calendar", async () => {
  await using world = await openCity({}, { enrolments: memoryStore() });
  const last = 253_402_300_799;
  for (const until of [Number.MAX_SAFE_INTEGER, last + 1]) {
    const refused = await ask(world, "city", until);
    expect(refused.status).toBe(422);
    const facts = { field: "invitation" };
    expect(await refused.json()).toMatchObject({ code: "ENROL_FORM", facts });
  }
  expect((await ask(world, "city", last)).status).toBe(202);
  const { items } = await (await sendSigned(world, "GET", "/v1/enrolments", asCity)).json();
  expect(items).toMatchObject([{ until: "9999-12-31T23:59:59Z" }]);
});

test("a key whose scope does not reach the dataset invites nobody to it", async () => {
  await using world = await openCity({}, { enrolments: memoryStore() });
  const { record } = await world.json(`/v1/codes/${MA1301}`);
  const prev = Uint8Array.from(Buffer.from(record.control, "hex"));
  const scope = { scope: { under: code(`${MA1301}/OTHER`) } };
  const add = [keySpec("narrow", ["govern"], scope)];
  await world.do({ op: "keys", code: code(MA1301), prev, add }, { iss: MA1301, key: "city" });
  const response = await ask(world, "narrow");
  expect(await response.json()).toMatchObject({ code: "AUTH_KEY_UNDER" });
});

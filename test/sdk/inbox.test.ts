import { beforeEach, describe, expect, test } from "vitest";
import { hex, utf8 } from "../../src/core/index.ts";
import {
  type Client,
  openEvidence,
  prepareEvidence,
  sealEvidence,
  signApplication,
  signToken,
} from "../../src/sdk/index.ts";
import {
  CITY,
  code,
  issueCity,
  listInGazette,
  named,
  ORIGIN,
  openWorld,
  signerOf,
  type World,
} from "./world.ts";

let world: World;
beforeEach(async () => {
  world = await openWorld();
});

const BAODING = "MA.156.1306";

async function applyForBaoding() {
  await listInGazette(world, BAODING, "保定市");
  const { evidence, opening } = prepareEvidence(BAODING, "letter.txt", utf8("we are Baoding"));
  const application = {
    op: "apply" as const,
    code: code(BAODING),
    names: named("保定市"),
    keys: [{ key: signerOf("baoding").publicKey, uses: ["govern" as const], label: "office" }],
    evidence: [evidence],
  };
  const iatSeconds = Math.floor(Date.now() / 1000);
  const signer = signerOf("baoding");
  const signed = await signApplication({ aud: ORIGIN, iatSeconds, signer, application });
  const received = await world.client.apply(signed.bytes, { contact: "0312-1234567" });
  const applicant = world.client.as({ signer, holder: `application/${received.id}` });
  return { signed, received, applicant, evidence, opening };
}

function asMember(id: string): Client {
  return world.client.as({ signer: signerOf(`member/${id}`), holder: `member/${id}` });
}

describe("an application", () => {
  test("goes to the inbox under the id that its decision will have", async () => {
    const { signed, received } = await applyForBaoding();
    expect(received).toMatchObject({ id: hex(signed.id), state: "received" });
    expect(received.evidence).toMatchObject([{ title: "letter.txt", state: "missing" }]);
    const { items } = await asMember("A").applications();
    expect(items).toMatchObject([{ id: received.id, contact: "0312-1234567" }]);
  });

  test("brings evidence that only the member can read", async () => {
    const { received, applicant, evidence, opening } = await applyForBaoding();
    const { recipient = "" } = await world.client.member("A");
    const commit = hex(evidence.commit);
    await applicant.putEvidence(received.id, commit, await sealEvidence(opening, recipient));
    const sealed = await asMember("B").getEvidence(received.id, commit);
    expect(await openEvidence(sealed, world.identity, evidence)).toEqual(utf8("we are Baoding"));
  });

  test("is talked about, both ways", async () => {
    const { received, applicant } = await applyForBaoding();
    await asMember("A").message(received.id, "please add the seal", "supplement-needed");
    await applicant.message(received.id, "added");
    const { state, messages } = await applicant.application(received.id);
    expect(state).toBe("supplement-needed");
    expect(messages.map(({ by, text }) => `${by}: ${text}`)).toEqual([
      "member/A: please add the seal",
      "applicant: added",
    ]);
  });

  test("is nobody else's to read, and gone when it is erased", async () => {
    const { received, applicant } = await applyForBaoding();
    await expect(world.client.application(received.id)).rejects.toMatchObject({ status: 401 });
    const stranger = world.client.as({
      signer: signerOf("stranger"),
      holder: `application/${received.id}`,
    });
    await expect(stranger.application(received.id)).rejects.toMatchObject({ status: 401 });
    await applicant.eraseApplication(received.id);
    await expect(asMember("A").application(received.id)).rejects.toMatchObject({ status: 404 });
  });
});

describe("a bearer token", () => {
  test("stands for signed requests of the key that asked for it", async () => {
    const { received } = await applyForBaoding();
    const token = await asMember("A").token(600);
    expect(token).toMatchObject({ type: "Bearer", holder: "member/A" });
    const client = world.client.withToken(token.token);
    expect((await client.application(received.id)).id).toBe(received.id);
  });

  test("is also given for a signed claim, which needs no signed request", async () => {
    await issueCity(world);
    const { bytes } = await signToken({
      iss: CITY,
      aud: ORIGIN,
      iatSeconds: Math.floor(Date.now() / 1000),
      signer: signerOf("city"),
      nonce: crypto.getRandomValues(new Uint8Array(16)),
      seconds: 600,
    });
    expect(await world.client.tokenFor(bytes)).toMatchObject({ holder: `${CITY}#1` });
  });
});

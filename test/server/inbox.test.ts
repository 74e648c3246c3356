import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { base64, hex, sha256, utf8 } from "../../src/core/index.ts";
import { type BlobStore, memoryStore } from "../../src/server/index.ts";
import { ALL, code, idOf, keySpec, member, sign, testKey } from "../core/state/kit.ts";
import {
  applicationOf,
  asMember,
  MA1301,
  NODE,
  openWorld,
  present,
  type RequestSigning,
  sendSigned,
  signedHeaders,
  type World,
} from "./world.ts";

let world: World;
let store: BlobStore;
beforeEach(async () => {
  store = memoryStore();
  world = await openWorld({}, { inbox: store });
  const fact = {
    names: { zh: "石家庄市" },
    level: "prefecture",
    from: "1981",
    source: "t",
  } as const;
  await world.do({ op: "gazette", items: [{ code: code(MA1301), add: [fact] }] }, member("A"));
});
afterEach(() => world[Symbol.asyncDispose]());

const json = (value: object) => utf8(JSON.stringify(value));
const apply = (application: Uint8Array, more: object = {}) =>
  world.request("POST", "/v1/applications", {
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ application: base64(application), ...more }),
  });

const commit = hex(sha256(utf8("evidence")));
const AGE = utf8("age-encryption.org/v1\n-> X25519 abc\n--- def\nciphertext");

const asApplicant = (id: string): RequestSigning => ({
  keyid: `application/${id}/${hex(testKey("city").kid)}`,
  key: "city",
});

async function applied(): Promise<{ id: string; application: Uint8Array }> {
  const application = applicationOf(world.clock.now);
  const { id } = await (await apply(application, { contact: "电话 0311", member: "A" })).json();
  return { id, application };
}

describe("POST /v1/applications", () => {
  test("takes a stranger's application under the id that its decision will have", async () => {
    const application = applicationOf(world.clock.now);
    const response = await apply(application, { contact: "电话 0311" });
    expect(response.status).toBe(201);
    expect(response.headers.get("Cache-Control")).toBe("private, no-store");
    const body = await response.json();
    expect(body).toEqual({
      id: hex(idOf(application)),
      state: "received",
      evidence: [{ title: "公文", commit, state: "missing" }],
    });
    expect(response.headers.get("Location")).toBe(`/v1/applications/${body.id}`);
    expect((await apply(application)).status).toBe(200);
  });

  test("keeps whose share of the room it takes, and shows it to nobody", async () => {
    const body = JSON.stringify({ application: base64(applicationOf(world.clock.now)) });
    const headers = { "Content-Type": "application/json" };
    const request = new Request(`${NODE}/v1/applications`, { method: "POST", headers, body });
    const response = await world.app.fetch(request, { remoteAddress: "::ffff:192.0.2.7" });
    const { id } = await response.json();
    const meta = new TextDecoder().decode(present(await store.get(`${id}/meta`), "meta"));
    expect(JSON.parse(meta)).toMatchObject({ from: "192.0.2.7" });
    const path = `/v1/applications/${id}`;
    const seen = await sendSigned(world, "GET", path, asMember("A"));
    expect(await seen.text()).not.toContain("192.0.2.7");
  });

  test.each([
    [
      "for another ledger",
      () => applicationOf(world.clock.now, {}, { iss: MA1301, key: "city", aud: "x" }),
      { code: "OP_AUDIENCE", facts: { got: "x" } },
    ],
    [
      "of a hundred days ago",
      () => applicationOf(world.clock.now - 100 * 86_400_000),
      { code: "OP_IAT", facts: { to: expect.stringMatching(/^2026-/) } },
    ],
    [
      "signed with a foreign key",
      () => applicationOf(world.clock.now, {}, { iss: MA1301, key: "thief" }),
      { code: "ADMIT_KEY", facts: { kid: hex(testKey("thief").kid) } },
    ],
    [
      "with a broken signature",
      () => flipped(applicationOf(world.clock.now)),
      { code: "INBOX_SIGNATURE", facts: { kid: hex(testKey("city").kid) } },
    ],
    [
      "that is no application",
      () => sign({ op: "admit", application: utf8("x") }, member("A"), world.clock.now),
      { code: "OP_FIELD_MISSING" },
    ],
    ["that is rubbish", () => utf8("rubbish"), { code: "COSE_TAG" }],
  ] as const)("refuses one %s", async (_, make, problem) => {
    const response = await apply(make());
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject(problem);
  });

  function flipped(bytes: Uint8Array): Uint8Array {
    const copy = bytes.slice();
    copy[copy.length - 1] = (copy.at(-1) ?? 0) ^ 1;
    return copy;
  }

  test.each([
    ["[]", { code: "HTTP_BODY" }],
    ["{", { code: "HTTP_BODY" }],
    ["{}", { code: "HTTP_FIELD", facts: { name: "application" } }],
    ['{"application":"!"}', { code: "HTTP_FIELD", facts: { name: "application" } }],
    ['{"application":1}', { code: "HTTP_FIELD", facts: { name: "application" } }],
  ])("refuses the body %s", async (body, problem) => {
    const response = await world.request("POST", "/v1/applications", { body });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject(problem);
  });

  test("refuses an endless contact, and a member who is none", async () => {
    const application = applicationOf(world.clock.now);
    const long = await apply(application, { contact: "x".repeat(501) });
    expect(await long.json()).toMatchObject({ code: "HTTP_FIELD", facts: { name: "contact" } });
    const stranger = await apply(application, { member: "Z" });
    expect(await stranger.json()).toMatchObject({ code: "HTTP_FIELD", facts: { name: "member" } });
  });

  test("refuses a body beyond 1 MiB", async () => {
    const response = await world.request("POST", "/v1/applications", {
      body: "x".repeat(1024 * 1024 + 1),
    });
    expect(response.status).toBe(413);
  });
});

describe("reading an application", () => {
  test("is for its applicant and for members, nobody else", async () => {
    const { id } = await applied();
    const path = `/v1/applications/${id}`;
    for (const who of [asApplicant(id), asMember("B")]) {
      const response = await sendSigned(world, "GET", path, who);
      expect(response.status).toBe(200);
      expect(await response.json()).toMatchObject({
        id,
        state: "received",
        contact: "电话 0311",
        member: "A",
        apply: { code: MA1301, names: { zh: { value: "石家庄市" } } },
        messages: [],
      });
    }
    expect((await world.get(path)).status).toBe(401);
    const other = applicationOf(
      world.clock.now,
      { code: code("MA.156.1302"), keys: [keySpec("thief", ALL)] },
      { iss: "MA.156.1302", key: "thief" },
    );
    const { id: otherId } = await (await apply(other)).json();
    const thief = { keyid: `application/${otherId}/${hex(testKey("thief").kid)}`, key: "thief" };
    const refused = await sendSigned(world, "GET", path, thief);
    expect(refused.status).toBe(401);
    expect(await refused.json()).toMatchObject({ code: "HTTP_SIGNATURE_KEY" });
  });

  test("does not tell strangers whether it exists", async () => {
    const missing = `/v1/applications/${"00".repeat(32)}`;
    expect((await world.get(missing)).status).toBe(401);
    const response = await sendSigned(world, "GET", missing, asMember("A"));
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ code: "INBOX_UNKNOWN" });
  });

  test("follows the decision in the ledger", async () => {
    const { id, application } = await applied();
    const stateNow = async () => {
      const response = await sendSigned(world, "GET", `/v1/applications/${id}`, asMember("A"));
      return (await response.json()).state;
    };
    await world.do({ op: "admit", application }, member("A"));
    expect(await stateNow()).toBe("admitted");
    expect(await world.json(`/v1/decisions/${id}`)).toMatchObject({
      state: "open",
      kind: "admit",
      approvals: 0,
      needed: 2,
      apply: { code: MA1301 },
      expires: new Date(world.clock.now + 90 * 86_400_000).toISOString(),
    });
    const decision = idOf(application);
    await world.do({ op: "endorse", decision, vote: "approve" }, member("A"));
    await world.do({ op: "endorse", decision, vote: "approve" }, member("B"));
    expect(await stateNow()).toBe("issued");
    const list = await sendSigned(world, "GET", "/v1/applications?state=issued", asMember("C"));
    expect((await list.json()).items).toMatchObject([{ id, decision: { state: "executed" } }]);
  });
});

describe("GET /v1/applications", () => {
  test("lists for members, newest first, in pages", async () => {
    const ids: string[] = [];
    for (const n of [1302, 1303, 1304]) {
      world.clock.now += 1000;
      const text = `MA.156.${n}`;
      const application = applicationOf(
        world.clock.now,
        { code: code(text) },
        { iss: text, key: "city" },
      );
      ids.unshift((await (await apply(application)).json()).id);
    }
    const first = await (
      await sendSigned(world, "GET", "/v1/applications?limit=2", asMember("A"))
    ).json();
    expect(first.items.map(({ id }: { id: string }) => id)).toEqual(ids.slice(0, 2));
    const path = `/v1/applications?limit=2&cursor=${first.next}`;
    const second = await (await sendSigned(world, "GET", path, asMember("A"))).json();
    expect(second.items.map(({ id }: { id: string }) => id)).toEqual(ids.slice(2));
    expect(second.next).toBeUndefined();
  });

  test("goes on where a page ended, also when that application is gone, and leaves out what is", async () => {
    // All of one moment, so that only their ids order them.
    const all = await Promise.all(
      [1302, 1303, 1304, 1305].map(async (n) => {
        const text = `MA.156.${n}`;
        const body = applicationOf(
          world.clock.now,
          { code: code(text) },
          { iss: text, key: "city" },
        );
        return (await (await apply(body)).json()).id as string;
      }),
    );
    const ids = all.sort();
    const page = async (query: string) => {
      const response = await sendSigned(world, "GET", `/v1/applications?${query}`, asMember("A"));
      const { items, next, code: refused } = await response.json();
      return { ids: items?.map(({ id }: { id: string }) => id), next, refused };
    };
    const first = await page("limit=2");
    expect(first.ids).toEqual(ids.slice(0, 2));
    await sendSigned(world, "DELETE", `/v1/applications/${ids[1]}`, asMember("A"));
    const second = await page(`limit=2&cursor=${first.next}`);
    expect(second).toEqual({ ids: ids.slice(2), next: undefined, refused: undefined });
    expect(await page("cursor=nonsense")).toMatchObject({ refused: "HTTP_CURSOR" });
    // Erased between the look at the list and the look at it.
    await store.delete(`${ids[2]}/application`);
    expect(await page("limit=3")).toMatchObject({ ids: [ids[0], ids[3]] });
  });

  test("is closed to everybody else", async () => {
    const { id } = await applied();
    expect((await world.get("/v1/applications")).status).toBe(401);
    // An applicant's key means something only where its own application is asked about.
    const response = await sendSigned(world, "GET", "/v1/applications", asApplicant(id));
    expect(response.status).toBe(401);
  });
});

describe("evidence", () => {
  test("is not read from whoever could not hand it in", async () => {
    const { id } = await applied();
    const path = (of: string, hash = commit) => `/v1/applications/${of}/evidence/${hash}`;
    const put = async (where: string, who?: RequestSigning) => {
      let isRead = false;
      const pull = () => {
        isRead = true;
      };
      const body = new ReadableStream({ pull }, { highWaterMark: 0 });
      const signed = who && signedHeaders("PUT", NODE + where, AGE, world.clock.now, who);
      const init = { body, duplex: "half", ...(signed && { headers: signed }) } as RequestInit;
      const response = await world.request("PUT", where, init);
      return { code: (await response.json()).code, isRead };
    };
    const nowhere = "00".repeat(32);
    const refused = (code: string) => ({ code, isRead: false });
    expect(await put(path(id))).toEqual(refused("HTTP_SIGNATURE_MISSING"));
    const thief = { keyid: `application/${id}/${"00".repeat(8)}`, key: "thief" };
    expect(await put(path(id), thief)).toEqual(refused("HTTP_SIGNATURE_KEY"));
    expect(await put(path(nowhere), asApplicant(nowhere))).toEqual(refused("HTTP_SIGNATURE_KEY"));
    expect(await put(path(id), asMember("A"))).toEqual(refused("HTTP_FORBIDDEN"));
    const unnamed = await put(path(id, nowhere), asApplicant(id));
    expect(unnamed).toEqual(refused("INBOX_EVIDENCE_UNKNOWN"));
  });

  test("is stored as the ciphertext that it comes as", async () => {
    const { id } = await applied();
    const path = `/v1/applications/${id}/evidence/${commit}`;
    const put = await sendSigned(world, "PUT", path, asApplicant(id), AGE);
    expect(put.status).toBe(204);
    const got = await sendSigned(world, "GET", path, asMember("A"));
    expect(got.headers.get("Content-Type")).toBe("application/age");
    expect(Buffer.from(await got.arrayBuffer()).equals(Buffer.from(AGE))).toBe(true);
    const shown = await (
      await sendSigned(world, "GET", `/v1/applications/${id}`, asApplicant(id))
    ).json();
    expect(shown.evidence).toEqual([{ title: "公文", commit, state: "stored", bytes: AGE.length }]);
  });

  test("is refused in clear, under a foreign hash, and from others", async () => {
    const { id } = await applied();
    const path = (hash: string) => `/v1/applications/${id}/evidence/${hash}`;
    const clear = await sendSigned(world, "PUT", path(commit), asApplicant(id), utf8("%PDF-1.7"));
    expect(clear.status).toBe(422);
    expect(await clear.json()).toMatchObject({ code: "INBOX_NOT_AGE" });
    const foreign = await sendSigned(world, "PUT", path("ff".repeat(32)), asApplicant(id), AGE);
    expect(await foreign.json()).toMatchObject({ code: "INBOX_EVIDENCE_UNKNOWN" });
    const byMember = await sendSigned(world, "PUT", path(commit), asMember("A"), AGE);
    expect(byMember.status).toBe(403);
    expect(await byMember.json()).toMatchObject({
      code: "HTTP_FORBIDDEN",
      facts: { holder: "member/A" },
    });
    expect((await world.request("PUT", path(commit), { body: new Uint8Array(AGE) })).status).toBe(
      401,
    );
    const missing = await sendSigned(world, "GET", path(commit), asMember("A"));
    expect(missing.status).toBe(404);
    const strange = await sendSigned(world, "GET", path("..%2f..%2fmeta"), asMember("A"));
    expect(await strange.json()).toMatchObject({ code: "INBOX_EVIDENCE_UNKNOWN" });
  });
});

describe("messages", () => {
  test("go both ways; a member asks for more", async () => {
    const { id } = await applied();
    const path = `/v1/applications/${id}/messages`;
    const asked = await sendSigned(
      world,
      "POST",
      path,
      asMember("A"),
      json({ text: "请补充批文", state: "supplement-needed" }),
    );
    expect(asked.status).toBe(201);
    world.clock.now += 1000;
    const answered = await sendSigned(
      world,
      "POST",
      path,
      asApplicant(id),
      json({ text: "已补充" }),
    );
    expect((await answered.json()).messages).toMatchObject([
      { by: "member/A", text: "请补充批文", state: "supplement-needed" },
      { by: "applicant", text: "已补充" },
    ]);
    const shown = await (
      await sendSigned(world, "GET", `/v1/applications/${id}`, asMember("B"))
    ).json();
    expect(shown).toMatchObject({
      state: "supplement-needed",
      changed: new Date(world.clock.now).toISOString(),
    });
  });

  test.each([
    [{ text: "" }, { code: "HTTP_FIELD", facts: { name: "text" } }],
    [{}, { code: "HTTP_FIELD", facts: { name: "text" } }],
    [{ text: "x".repeat(4001) }, { code: "HTTP_FIELD", facts: { name: "text" } }],
    [
      { text: "x", state: "issued" },
      { code: "HTTP_FIELD", facts: { name: "state" } },
    ],
    [
      { text: "x", state: "declined" },
      { code: "HTTP_FORBIDDEN", facts: { holder: expect.stringMatching(/^application\//) } },
    ],
  ])("refuses %j from an applicant", async (message, problem) => {
    const { id } = await applied();
    const response = await sendSigned(
      world,
      "POST",
      `/v1/applications/${id}/messages`,
      asApplicant(id),
      json(message),
    );
    expect(await response.json()).toMatchObject(problem);
  });

  test("are no more than 200", async () => {
    const { id } = await applied();
    const path = `/v1/applications/${id}/messages`;
    for (let n = 0; n < 200; n += 1)
      await sendSigned(world, "POST", path, asMember("A"), json({ text: "x" }));
    const response = await sendSigned(world, "POST", path, asMember("A"), json({ text: "x" }));
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ code: "HTTP_FULL", facts: { max: 200 } });
  });
});

describe("erasure", () => {
  test("takes everything away", async () => {
    await world[Symbol.asyncDispose]();
    const inbox = memoryStore();
    world = await openWorld({}, { inbox });
    const { id } = await applied();
    await sendSigned(
      world,
      "PUT",
      `/v1/applications/${id}/evidence/${commit}`,
      asApplicant(id),
      AGE,
    );
    expect(await inbox.list(id)).toEqual(["application", "evidence", "meta"]);
    const response = await sendSigned(world, "DELETE", `/v1/applications/${id}`, asApplicant(id));
    expect(response.status).toBe(204);
    expect(await inbox.list("")).toEqual([]);
    expect((await sendSigned(world, "GET", `/v1/applications/${id}`, asMember("A"))).status).toBe(
      404,
    );
  });

  test("comes by itself after 180 days, when another application arrives", async () => {
    await world[Symbol.asyncDispose]();
    const inbox = memoryStore();
    world = await openWorld({}, { inbox });
    await applied();
    world.clock.now += 181 * 86_400_000;
    const { id } = await applied();
    expect(await inbox.list("")).toEqual([id]);
  });

  test("an application outlives the process, a half-written one does not", async () => {
    await world[Symbol.asyncDispose]();
    const inbox = memoryStore();
    world = await openWorld({}, { inbox });
    const { id } = await applied();
    await inbox.put("half/application", utf8("x"));
    await world[Symbol.asyncDispose]();
    world = await openWorld({}, { inbox });
    const list = await (await sendSigned(world, "GET", "/v1/applications", asMember("A"))).json();
    expect(list.items).toMatchObject([{ id }]);
    expect(await inbox.list("")).toEqual([id]);
  });
});

import { beforeEach, describe, expect, test } from "vitest";
import { utf8 } from "../../../src/core/index.ts";
import { turn } from "../../../src/log/index.ts";
import { Inbox } from "../../../src/server/inbox/inbox.ts";
import { type BlobStore, memoryStore } from "../../../src/server/index.ts";
import { APPLICATION_MILLISECONDS } from "../../../src/server/limits.ts";

const LIMITS = { applications: 5, applicationsOfAddress: 2, bytes: 100, bytesOfAddress: 40 };
const bytes = (length: number) => new Uint8Array(length);
const BYTES_FULL = { code: "HTTP_FULL", what: "evidence bytes of your address", max: 40 };
const FULL = { code: "HTTP_FULL", what: "applications of your address", max: 2 };

let store: BlobStore;
let inbox: Inbox;
beforeEach(() => {
  store = memoryStore();
  inbox = new Inbox(store, LIMITS);
});

const add = (id: string, from?: string, received = 0) =>
  inbox.add(id, bytes(1), {
    ...{ received, changed: received, state: "received" },
    ...(from !== undefined && { from }),
  });

describe("the inbox", () => {
  test("leaves room for others, whatever one address sends", async () => {
    expect(await add("a", "192.0.2.1")).toBeUndefined();
    expect(await add("b", "192.0.2.1")).toBeUndefined();
    expect(await add("c", "192.0.2.1")).toEqual(FULL);
    // What is there is there: it is no other application.
    expect(await add("a", "192.0.2.1")).toBeUndefined();
    expect(await add("d", "192.0.2.2")).toBeUndefined();
    await inbox.erase("a");
    expect(await add("c", "192.0.2.1")).toBeUndefined();
    expect(await add("e", "192.0.2.1")).toEqual(FULL);
  });

  test("still knows after a start who has a share of it", async () => {
    await add("a", "192.0.2.1");
    await add("b", "192.0.2.1");
    await inbox.putEvidence("a", "1", bytes(30), 0);
    inbox = new Inbox(store, LIMITS);
    expect(await add("c", "192.0.2.1")).toEqual(FULL);
    expect(await inbox.putEvidence("b", "1", bytes(11), 0)).toEqual(BYTES_FULL);
    expect(await inbox.putEvidence("b", "1", bytes(10), 0)).toBeUndefined();
  });

  test("goes on with the others where one application is damaged, and leaves that as it is", async () => {
    await add("a", "192.0.2.1");
    await add("b", "192.0.2.2");
    await store.put("a/meta", utf8('{"received":'));
    const told: unknown[] = [];
    inbox = new Inbox(store, LIMITS, { error: (event, facts) => told.push([event, facts?.id]) });
    expect((await inbox.list()).map(([id]) => id)).toEqual(["b"]);
    expect(told).toEqual([["application not readable", "a"]]);
    expect(await store.get("a/application")).toBeDefined();
  });

  test("says that it cannot be read for as long as that is so, and ends no process", async () => {
    await add("a", "192.0.2.1");
    const list = async () => Promise.reject(Object.assign(new Error("EIO"), { code: "EIO" }));
    inbox = new Inbox({ ...store, list }, LIMITS);
    // Nobody has asked yet when it shows.
    await turn();
    await expect(inbox.list()).rejects.toMatchObject({ code: "EIO" });
    await expect(add("b")).rejects.toMatchObject({ code: "EIO" });
    await expect(inbox.find("a")).rejects.toMatchObject({ code: "EIO" });
  });

  test("gives a share back with what nobody touched for long", async () => {
    await add("a", "192.0.2.1");
    await add("b", "192.0.2.1");
    await inbox.putEvidence("a", "1", bytes(40), 0);
    const later = APPLICATION_MILLISECONDS + 1;
    expect(await add("c", "192.0.2.1", later)).toBeUndefined();
    expect(await inbox.putEvidence("c", "1", bytes(40), later)).toBeUndefined();
  });

  test("counts evidence by who applied, and what takes the place of other evidence for what it is more", async () => {
    await add("a", "192.0.2.1");
    await add("b", "192.0.2.2");
    expect(await inbox.putEvidence("a", "1", bytes(40), 0)).toBeUndefined();
    expect(await inbox.putEvidence("a", "2", bytes(1), 0)).toEqual(BYTES_FULL);
    expect(await inbox.putEvidence("b", "1", bytes(40), 0)).toBeUndefined();
    expect(await inbox.putEvidence("a", "1", bytes(20), 0)).toBeUndefined();
    expect(await inbox.putEvidence("a", "2", bytes(20), 0)).toBeUndefined();
    expect(await inbox.putEvidence("none", "1", bytes(1), 0)).toMatchObject({
      code: "INBOX_UNKNOWN",
    });
  });

  test("bounds what comes from the machine itself by the room alone", async () => {
    for (const id of ["a", "b", "c", "d", "e"]) expect(await add(id)).toBeUndefined();
    expect(await add("f")).toEqual({ code: "HTTP_FULL", what: "applications", max: 5 });
    for (const id of ["a", "b"]) await inbox.putEvidence(id, "1", bytes(45), 0);
    expect(await inbox.putEvidence("c", "1", bytes(11), 0)).toEqual({
      ...{ code: "HTTP_FULL", what: "evidence bytes", max: 100 },
    });
  });
});

import { describe, expect, it } from "vitest";
import {
  type ChunkItem,
  encodeChunk,
  hex,
  type StatusItem,
  type UpdateItem,
} from "../../../../src/core/index.ts";
import {
  child,
  city,
  cityLedger,
  code,
  keySpec,
  member,
  named,
  register,
  type Signing,
  TestLedger,
  testKey,
} from "../kit.ts";
import { bulk, take } from "./bulk.ts";

const CITY = "MA.156.1301";
const LAMPS = `${CITY}/LAMP`;
const clerk: Signing = { iss: CITY, key: "clerk" };

function lampLedger(threshold = 1): TestLedger {
  const ledger = cityLedger(threshold);
  register(ledger, [child(LAMPS, "class"), child(`${CITY}.02`, "department")]);
  return ledger;
}

const lamp = (n: number) => child(`${LAMPS}/${n}`, "thing");
const range = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => lamp(from + i));

function addKey(
  ledger: TestLedger,
  word: string,
  uses: readonly ("issue" | "govern" | "record")[],
) {
  const { control: prev } = ledger.record(CITY);
  ledger.must({ op: "keys", code: CITY, prev, add: [keySpec(word, uses)] }, city);
}

describe("manifest and chunks", () => {
  it("create things with one signature, in any order of chunks", () => {
    const ledger = lampLedger();
    const parts = bulk("register", CITY, [range(0, 3), range(3, 6), range(6, 7)]);
    const { id } = ledger.must(parts.manifest, city);
    const [a, b, c] = parts.chunks(id) as [Uint8Array, Uint8Array, Uint8Array];
    expect(ledger.block([c, a, b]).every(({ ok }) => ok)).toBe(true);
    expect(ledger.record(LAMPS).children.count).toBe(7);
    expect(ledger.record(`${LAMPS}/4`).registration).toEqual(id);
    expect(ledger.get(`manifest/${hex(id)}`)).toMatchObject({ generation: 1, under: CITY });
  });

  it("refuses a chunk twice, naming the entry that took it", () => {
    const ledger = lampLedger();
    const parts = bulk("register", CITY, [range(0, 2), range(2, 3)]);
    const id = take(ledger, parts, city);
    const [first] = parts.chunks(id) as [Uint8Array];
    expect(ledger.refusedItem(first)).toMatchObject({
      code: "BULK_CHUNK_TAKEN",
      index: 0,
      manifest: hex(id),
    });
  });

  it("refuses a chunk that the root does not commit to", () => {
    const ledger = lampLedger();
    const parts = bulk("register", CITY, [range(0, 2), range(2, 3)]);
    const { id } = ledger.must(parts.manifest, city);
    const entry = (index: number, path: Uint8Array[]) =>
      encodeChunk({ manifest: id, index, items: range(0, 2), path });
    const wrong = new Uint8Array(32);
    expect(ledger.refusedItem(entry(0, [wrong]))).toMatchObject({ code: "PROOF_ROOT" });
    expect(ledger.refusedItem(entry(0, []))).toMatchObject({ code: "PROOF_LENGTH", got: 0 });
    expect(ledger.refusedItem(entry(2, []))).toMatchObject({ code: "PROOF_INDEX" });
    expect(ledger.record(LAMPS).children.count).toBe(0);
  });

  it("refuses a chunk of a manifest that was never opened", () => {
    const ledger = lampLedger();
    const id = new Uint8Array(32);
    const [chunk] = bulk("register", CITY, [range(0, 2)]).chunks(id) as [Uint8Array];
    expect(ledger.refusedItem(chunk)).toEqual({
      code: "BULK_MANIFEST_UNKNOWN",
      manifest: hex(id),
    });
  });

  it("takes a chunk as a whole or not at all", () => {
    const ledger = lampLedger();
    const items = [lamp(1), lamp(1)];
    const parts = bulk("register", CITY, [items, [lamp(2)]]);
    const { id } = ledger.must(parts.manifest, city);
    const [first, second] = parts.chunks(id) as [Uint8Array, Uint8Array];
    expect(ledger.refusedItem(first)).toMatchObject({
      code: "STATE_EXISTS",
      subject: `${LAMPS}/1`,
    });
    expect(ledger.block([second])[0]).toMatchObject({ ok: true });
    expect(ledger.get(`manifest/${hex(id)}/0`)).toBeUndefined();
  });

  it("refuses numbers of chunks and items that cannot fit", () => {
    const ledger = lampLedger();
    for (const more of [
      { count: 1, chunks: 2 },
      { count: 257, chunks: 1 },
    ]) {
      const { manifest } = bulk("register", CITY, [range(0, 2)], more);
      expect(ledger.refused(manifest, city)).toEqual({ code: "BULK_CHUNKS", ...more });
    }
  });

  it("refuses a chunk with which the count can no longer come out", () => {
    const ledger = lampLedger();
    const parts = [range(0, 2), range(2, 3)];
    for (const [count, items] of [
      [2, 2],
      [400, 2],
    ] as const) {
      const short = bulk("register", CITY, parts, { count });
      const { id } = ledger.must(short.manifest, city);
      const [first] = short.chunks(id) as [Uint8Array];
      expect(ledger.refusedItem(first)).toMatchObject({
        code: "BULK_COUNT",
        count,
        items,
        left: 1,
      });
    }
  });

  it("refuses the same manifest again", () => {
    const ledger = lampLedger();
    const { manifest } = bulk("update", CITY, [[]], { count: 1 });
    ledger.must(manifest, city);
    expect(ledger.refused(manifest, city)).toMatchObject({ code: "BULK_REPLAYED" });
  });

  it("stays below `under`", () => {
    const ledger = lampLedger();
    const parts = bulk("register", LAMPS, [[lamp(1)], [child(`${CITY}.03`, "department")]]);
    const { id } = ledger.must(parts.manifest, city);
    const [, second] = parts.chunks(id) as [Uint8Array, Uint8Array];
    expect(ledger.refusedItem(second)).toEqual({
      code: "BULK_NOT_BELOW",
      at: 0,
      subject: `${CITY}.03`,
      under: LAMPS,
    });
    const astray = { code: code(CITY), prev: new Uint8Array(32), names: named("不在其下") };
    const changes = bulk("update", LAMPS, [[astray]]);
    const opened = ledger.must(changes.manifest, city);
    expect(ledger.refusedItem(changes.chunks(opened.id)[0] as Uint8Array)).toEqual({
      code: "BULK_NOT_BELOW",
      at: 0,
      subject: CITY,
      under: LAMPS,
    });
  });

  it("leaves what somebody nearer issues", () => {
    const ledger = lampLedger();
    const dept = `${CITY}.05`;
    register(ledger, [child(dept, "department", { keys: [keySpec("dept", ["issue"])] })]);
    const items = [lamp(1), child(`${dept}/LAMP`, "class")];
    const parts = bulk("register", CITY, [items]);
    const { id } = ledger.must(parts.manifest, city);
    const [chunk] = parts.chunks(id) as [Uint8Array];
    expect(ledger.refusedItem(chunk)).toEqual({
      code: "BULK_NEARER",
      at: 1,
      subject: `${dept}/LAMP`,
      holder: `${dept}#1`,
    });
  });

  it("leaves what stands below a code that was given the use after the manifest", () => {
    const ledger = lampLedger();
    const dept = `${CITY}.02`;
    register(ledger, [child(`${dept}/LAMP`, "class"), child(`${dept}/LAMP/1`, "thing")]);
    const { op } = ledger.record(`${dept}/LAMP/1`);
    const open = [
      bulk("register", dept, [[child(`${dept}/LAMP/2`, "thing")]]),
      bulk("register", `${dept}/LAMP`, [[child(`${dept}/LAMP/3`, "thing")]]),
      bulk("update", dept, [[{ code: code(`${dept}/LAMP/1`), prev: op, names: named("新") }]]),
    ].map(({ manifest, chunks }) => chunks(ledger.must(manifest, city).id)[0] as Uint8Array);
    const { control: prev } = ledger.record(dept);
    const add = [keySpec("dept", ["issue", "record"])];
    ledger.must({ op: "keys", code: code(dept), prev, add }, city);
    for (const chunk of open) {
      expect(ledger.refusedItem(chunk)).toMatchObject({
        code: "BULK_NEARER",
        at: 0,
        holder: `${dept}#1`,
      });
    }
  });

  it("keeps within the scope of the key, but for its end", () => {
    const ledger = lampLedger();
    const poles = `${LAMPS}.A`;
    register(ledger, [child(poles, "class")]);
    register(ledger, [child(`${poles}/1`, "thing"), lamp(1)]);
    const until = Math.floor(ledger.now / 1000) + 60;
    const scope = { classes: ["LAMP"], under: code(LAMPS), until };
    const { control: before } = ledger.record(CITY);
    const contractor = keySpec("contractor", ["issue", "record"], { scope });
    ledger.must({ op: "keys", code: CITY, prev: before, add: [contractor] }, city);
    const signing: Signing = { iss: CITY, key: "contractor" };
    const pole = child(`${poles}/2`, "thing");
    const refusal = { code: "AUTH_KEY_CLASS", kid: hex(testKey("contractor").kid) };
    expect(ledger.refused({ op: "register", items: [pole] }, signing)).toMatchObject(refusal);
    const { op, control } = ledger.record(`${poles}/1`);
    const at = code(`${poles}/1`);
    const opened = [
      bulk("register", LAMPS, [[lamp(2)], [pole]]),
      bulk("update", LAMPS, [[{ code: at, prev: op, names: named("杆") }]]),
      bulk("status", LAMPS, [[{ code: at, prev: control, do: "suspend", reason: "x" }]]),
    ].map(({ manifest, chunks }) => chunks(ledger.must(manifest, signing).id));
    ledger.wait(61);
    expect(ledger.refused({ op: "register", items: [lamp(3)] }, signing)).toMatchObject({
      code: "AUTH_KEY_UNTIL",
    });
    for (const chunks of opened) {
      const { subject, ...rest } = ledger.refusedItem(chunks.at(-1) as Uint8Array) as {
        subject?: string;
      };
      expect(rest).toEqual(refusal);
      expect([pole.code, at]).toContain(subject);
    }
    expect(ledger.block([opened[0]?.[0] as Uint8Array])[0]).toMatchObject({ ok: true });
  });

  it("refuses chunks once `under` is inactive, and of a generation that has ended", () => {
    const ledger = lampLedger();
    const parts = bulk("register", LAMPS, [[lamp(1)]]);
    const { id } = ledger.must(parts.manifest, city);
    const [chunk] = parts.chunks(id) as [Uint8Array];
    const { control: prev } = ledger.record(LAMPS);
    const { hash: after } = ledger.must(
      { op: "status", code: code(LAMPS), prev, do: "retire", reason: "x" },
      city,
    );
    expect(ledger.refusedItem(chunk)).toMatchObject({ code: "STATE_RETIRED", subject: LAMPS });
    register(ledger, [child(LAMPS, "class", { after })]);
    expect(ledger.refusedItem(chunk)).toEqual({
      code: "STATE_RETIRED",
      subject: LAMPS,
      because: `${LAMPS}#1`,
    });
    expect(
      ledger.refused(bulk("register", `${CITY}.77`, [[lamp(1)]]).manifest, city),
    ).toMatchObject({ code: "STATE_UNKNOWN" });
  });

  it("refuses chunks once the key is compromised, and takes them when it was merely retired", () => {
    const ledger = lampLedger();
    addKey(ledger, "clerk", ["issue"]);
    addKey(ledger, "other", ["issue"]);
    const other: Signing = { iss: CITY, key: "other" };
    const byClerk = bulk("register", LAMPS, [[lamp(1)]]);
    const byOther = bulk("register", LAMPS, [[lamp(2)]]);
    const { id } = ledger.must(byClerk.manifest, clerk);
    const { id: otherId } = ledger.must(byOther.manifest, other);
    const { control: prev } = ledger.record(CITY);
    const close = [
      { kid: testKey("clerk").kid, why: "compromised" as const, since: 0 },
      { kid: testKey("other").kid, why: "retired" as const },
    ];
    ledger.must({ op: "keys", code: CITY, prev, close }, city);
    expect(ledger.refusedItem(byClerk.chunks(id)[0] as Uint8Array)).toEqual({
      code: "BULK_KEY_COMPROMISED",
      manifest: hex(id),
      kid: hex(testKey("clerk").kid),
    });
    expect(ledger.block(byOther.chunks(otherId))[0]).toMatchObject({ ok: true });
  });

  it("refuses chunks once the manifest is void", () => {
    const ledger = lampLedger();
    const parts = bulk("register", LAMPS, [[lamp(1)], [lamp(2)]]);
    const { id } = ledger.must(parts.manifest, city);
    const [first, second] = parts.chunks(id) as [Uint8Array, Uint8Array];
    expect(ledger.block([first])[0]).toMatchObject({ ok: true });
    ledger.must({ op: "void", registration: id, reason: "x" }, city);
    expect(ledger.refusedItem(second)).toEqual({ code: "BULK_MANIFEST_VOID", manifest: hex(id) });
  });

  it("refuses items that are not what the manifest does", () => {
    const ledger = lampLedger();
    register(ledger, [lamp(1)]);
    const { op, control } = ledger.record(`${LAMPS}/1`);
    const at = code(`${LAMPS}/1`);
    const items: Record<string, ChunkItem> = {
      register: lamp(2),
      update: { code: at, prev: op },
      status: { code: at, prev: control, do: "suspend", reason: "x" },
    };
    for (const [what, wrong] of [
      ["register", "update"],
      ["update", "status"],
      ["status", "register"],
    ] as const) {
      const parts = bulk(what, LAMPS, [[items[wrong] as ChunkItem]]);
      const { id } = ledger.must(parts.manifest, city);
      expect(ledger.refusedItem(parts.chunks(id)[0] as Uint8Array)).toEqual({
        code: "BULK_ITEM_KIND",
        at: 0,
        want: what,
      });
    }
  });

  it("updates many records, each after its own last change", () => {
    const ledger = lampLedger();
    take(ledger, bulk("register", LAMPS, [range(0, 3)]), city);
    const items: UpdateItem[] = [0, 1, 2].map((n) => ({
      code: code(`${LAMPS}/${n}`),
      prev: ledger.record(`${LAMPS}/${n}`).op,
      names: named(`灯${n}`),
    }));
    take(ledger, bulk("update", LAMPS, [items]), city);
    expect(ledger.record(`${LAMPS}/2`).names.zh).toMatchObject({ value: "灯2" });
    const stale = bulk("update", LAMPS, [items.slice(0, 1)]);
    const { id } = ledger.must(stale.manifest, city);
    expect(ledger.refusedItem(stale.chunks(id)[0] as Uint8Array)).toMatchObject({
      code: "STATE_PREV",
      subject: `${LAMPS}/0`,
    });
  });

  describe("of status changes", () => {
    const change = (ledger: TestLedger, of: string, what: StatusItem["do"]): StatusItem => ({
      code: code(of),
      prev: ledger.record(of).control,
      do: what,
      reason: "x",
    });

    it("suspend and retire things with a key that issues, or one that governs", () => {
      const ledger = lampLedger();
      addKey(ledger, "clerk", ["issue"]);
      addKey(ledger, "chief", ["govern"]);
      take(ledger, bulk("register", LAMPS, [range(0, 2)]), clerk);
      take(ledger, bulk("status", CITY, [[change(ledger, `${LAMPS}/0`, "suspend")]]), clerk);
      take(ledger, bulk("status", CITY, [[change(ledger, `${LAMPS}/1`, "retire")]]), {
        iss: CITY,
        key: "chief",
      });
      expect(ledger.effective(`${LAMPS}/0`)).toBe("suspended");
      expect(ledger.effective(`${LAMPS}/1`)).toBe("retired");
    });

    it("are for things only, and leave those that have keys of their own", () => {
      const ledger = lampLedger();
      const keys = [keySpec("gauge", ["data"])];
      register(ledger, [child(`${LAMPS}/1`, "device", { keys })]);
      const refused = (of: string, what: StatusItem["do"]) => {
        const parts = bulk("status", CITY, [[change(ledger, of, what)]]);
        const { id } = ledger.must(parts.manifest, city);
        return ledger.refusedItem(parts.chunks(id)[0] as Uint8Array);
      };
      expect(refused(LAMPS, "suspend")).toEqual({
        code: "BULK_NOT_A_THING",
        at: 0,
        subject: LAMPS,
      });
      expect(refused(`${LAMPS}/1`, "retire")).toMatchObject({
        code: "BULK_NEARER",
        holder: `${LAMPS}/1`,
      });
      take(ledger, bulk("status", CITY, [[change(ledger, `${LAMPS}/1`, "suspend")]]), city);
    });

    it("need the members where nobody issues or governs", () => {
      const ledger = new TestLedger();
      const { manifest } = bulk("status", "MA.156", [[]], { count: 1 });
      expect(ledger.refused(manifest, member("A"))).toMatchObject({
        code: "AUTH_NEEDS_DECISION",
        electorate: "members",
      });
    });
  });

  it("needs as many approvals as the threshold asks, by keys that issue or govern", () => {
    const ledger = lampLedger(2);
    const two: Signing = { iss: CITY, key: "city two" };
    const { control: prev } = ledger.record(CITY);
    const add = [keySpec("clerk", ["issue"]), keySpec("chief", ["govern"])];
    const close = [{ kid: testKey("city").kid, why: "retired" as const }];
    ledger.decide({ op: "keys", code: CITY, prev, add, close }, [city, two]);
    const parts = bulk("register", LAMPS, [[lamp(1)]]);
    expect(ledger.refused(parts.manifest, clerk)).toMatchObject({
      code: "AUTH_NEEDS_DECISION",
      threshold: 2,
    });
    const id = ledger.decide(parts.manifest, [clerk, { iss: CITY, key: "chief" }]);
    expect(ledger.block(parts.chunks(id))[0]).toMatchObject({ ok: true });
    const { kid } = testKey("clerk");
    expect(ledger.get(`registration/${hex(id)}`)).toMatchObject({ threshold: 2, kid });
    // It is taken back with the same approvals.
    ledger.decide({ op: "void", registration: id, reason: "x" }, [
      clerk,
      { iss: CITY, key: "chief" },
    ]);
    expect(ledger.effective(`${LAMPS}/1`)).toBe("void");
  });

  it("gives `govern` only where as many keys that govern agreed", () => {
    const ledger = lampLedger(2);
    const add = [keySpec("clerk", ["issue"]), keySpec("chief", ["govern"])];
    const { control: prev } = ledger.record(CITY);
    const two: Signing = { iss: CITY, key: "city two" };
    ledger.decide({ op: "keys", code: CITY, prev, add }, [city, two]);
    const office = (n: number, uses: readonly ("govern" | "record")[]) => {
      const keys = [keySpec(`office ${n}`, uses)];
      return bulk("register", CITY, [[child(`${CITY}.${n}`, "department", { keys })]]);
    };
    const outcome = (parts: ReturnType<typeof bulk>, voters: readonly Signing[]) =>
      ledger.block(parts.chunks(ledger.decide(parts.manifest, voters)))[0];
    expect(outcome(office(11, ["govern"]), [city, clerk])).toMatchObject({
      error: { code: "AUTH_KEY_WIDER", subject: `${CITY}.11`, facet: "uses" },
    });
    expect(outcome(office(12, ["record"]), [city, clerk])).toMatchObject({ ok: true });
    expect(outcome(office(13, ["govern"]), [city, { iss: CITY, key: "chief" }])).toMatchObject({
      ok: true,
    });
    expect(ledger.record(`${CITY}.13`).holds).toEqual(["govern"]);
  });

  it("works on the authority of the members", () => {
    const ledger = new TestLedger();
    const parts = bulk("register", "MA.156", [[child("MA.156/LAMP", "class")]]);
    const id = ledger.decide(parts.manifest, [member("A"), member("B")]);
    expect(ledger.block(parts.chunks(id))[0]).toMatchObject({ ok: true });
    expect(ledger.record("MA.156/LAMP").registration).toEqual(id);
    // Whoever was given keys since then is nearer than the members, at whatever height.
    const more = bulk("register", "MA.156/LAMP", [[child("MA.156/LAMP/1", "thing")]]);
    const later = ledger.decide(more.manifest, [member("A"), member("B")]);
    const { control: prev } = ledger.record("MA.156");
    const add = [keySpec("country", ["issue"])];
    ledger.decide({ op: "keys", code: code("MA.156"), prev, add }, [member("A"), member("B")]);
    expect(ledger.refusedItem(more.chunks(later)[0] as Uint8Array)).toMatchObject({
      code: "BULK_NEARER",
      holder: "MA.156#1",
    });
  });
});

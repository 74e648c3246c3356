import { describe, expect, test } from "vitest";
import {
  anchorKey,
  type CborValue,
  codeKey,
  effectiveKeys,
  encodeBlockEntry,
  encodeCbor,
  endedKey,
  formatVerifierKey,
  type Hash,
  hashLeaf,
  type Operation,
  present,
  type ValueReader,
} from "../../src/core/index.ts";
import {
  type HistoryChange,
  type HistoryVerdict,
  type TrustOptions,
  verifyHistory,
  verifyHistoryPages,
} from "../../src/verify/index.ts";
import { bulk, take } from "../core/state/kinds/bulk.ts";
import { delegateTo } from "../core/state/kinds/child-log.ts";
import {
  application,
  child,
  city,
  cityLedger,
  code,
  idOf,
  keySpec,
  member,
  named,
  type Signing,
  START_MILLISECONDS,
  sign,
  type TestLedger,
  testKey,
} from "../core/state/kit.ts";
import { LOG, LOG_ONLY, NOW, OTHER_LOG } from "./kit.ts";
import {
  checkpointOf,
  historyText,
  logOf,
  type Parts,
  pageText,
  proofOf,
  type WholeLog,
} from "./log-kit.ts";

const TRUST: TrustOptions = {
  policy: LOG_ONLY,
  nowSeconds: NOW,
  maxAgeSeconds: Number.POSITIVE_INFINITY,
};
const CITY = "MA.156.1301";
const DEPT = `${CITY}.01`;
const OTHER = `${CITY}.02`;

/** What a history proves beside the record: what its status depends on, and its ended generations. */
function keysFor(ledger: TestLedger, text: string, ended = 0): string[] {
  const generations = Array.from({ length: ended }, (_, i) => endedKey(`${text}#${i + 1}`));
  return [...effectiveKeys(ledger as ValueReader, code(text)), ...generations];
}

function update(ledger: TestLedger, text: string, zh: string): Operation {
  return { op: "update", code: code(text), prev: ledger.record(text).op, names: named(zh) };
}

function status(ledger: TestLedger, text: string, what: "suspend" | "resume" | "retire") {
  const { control: prev } = ledger.record(text);
  return { op: "status", code: code(text), prev, do: what, reason: "test" } as const;
}

/** Does it, and says where in the log it stands. */
function done(ledger: TestLedger, body: Operation, signing: Signing): number {
  ledger.must(body, signing);
  return ledger.size - 2;
}

/** A department that was changed in every way: by single operations, by votes, by a chunk. */
function changedDepartment(): { ledger: TestLedger; log: WholeLog; parts: Parts } {
  const ledger = cityLedger();
  const chief = { iss: DEPT, key: "chief" };
  const keys = [keySpec("chief", ["govern"])];
  const items = [child(DEPT, "department", { keys }), child(OTHER, "department")];
  const born = done(ledger, { op: "register", items }, city);
  const renamed = done(ledger, update(ledger, DEPT, "二"), city);
  const add = [keySpec("second", ["govern"])];
  const { control: prev } = ledger.record(DEPT);
  const two = done(ledger, { op: "keys", code: DEPT, prev, add, threshold: 2 }, chief);
  const suspended = done(ledger, status(ledger, DEPT, "suspend"), city);
  const resumed = done(ledger, status(ledger, DEPT, "resume"), city);
  const relabel = [{ kid: testKey("second").kid, label: "deputy" }];
  const proposed = ledger.size;
  const inner = { op: "keys", code: DEPT, prev: ledger.record(DEPT).control, relabel } as const;
  ledger.decide(inner, [chief, { iss: DEPT, key: "second" }]);
  const executed = ledger.size - 2;
  const manifest = ledger.size;
  const item = { code: code(DEPT), prev: ledger.record(DEPT).op, names: named("三", "2021-01-01") };
  take(ledger, bulk("update", CITY, [[item]]), city);
  const parts: Parts = {
    keys: keysFor(ledger, DEPT),
    changes: [born, renamed, two, suspended, resumed, executed, manifest + 2],
    carriers: [proposed, manifest],
  };
  return { ledger, log: logOf(ledger), parts };
}

const department = changedDepartment();
const text = historyText(department.log, department.parts);

type Json = { [field: string]: unknown };
type EntryJson = { index: number; entry: string; path: number[] };
type HistoryJson = Json & {
  proof: Json;
  hashes: string[];
  entries: EntryJson[];
  before?: Json[];
};

function withChange(change: (json: HistoryJson) => void): unknown {
  const json = JSON.parse(text) as HistoryJson;
  change(json);
  return json;
}

const verify = (input: unknown) => verifyHistory(input, TRUST);

async function verified(input: unknown): Promise<HistoryVerdict> {
  const verdict = await verify(input);
  if (!verdict.ok) throw new Error(JSON.stringify(verdict.error));
  return verdict.value;
}

const briefly = ({ kind, chains, generation }: HistoryChange) =>
  `${generation} ${kind} ${chains.join("+")}`;

describe("the history of a record", () => {
  test("is every change of it, the oldest first, in whichever way each was made", async () => {
    const { record, changes, gaps } = await verified(text);
    expect(changes.map(briefly)).toEqual([
      "1 register op+control",
      "1 update op",
      "1 keys control",
      "1 status control",
      "1 status control",
      "1 keys control",
      "1 update op",
    ]);
    expect(gaps).toEqual([]);
    expect(record).toMatchObject({ key: codeKey(code(DEPT)), effective: { status: "active" } });
    expect(changes.map(({ index }) => index)).toEqual(department.parts.changes);
  });

  test("has the delegation of what is below it among what changed control", async () => {
    const ledger = cityLedger();
    const items = [child(DEPT, "department")];
    const born = done(ledger, { op: "register", items }, city);
    const delegated = done(ledger, delegateTo(ledger, DEPT), city);
    const parts = { keys: keysFor(ledger, DEPT), changes: [born, delegated], carriers: [] };
    const { changes } = await verified(historyText(logOf(ledger), parts));
    expect(changes.map(briefly)).toEqual(["1 register op+control", "1 delegate control"]);
  });

  test("says of each change who signed it, what carries it, and when the log took it", async () => {
    const { changes } = await verified(JSON.parse(text));
    const [born, renamed, two, , , executed, chunk] = changes;
    expect(born?.signed).toEqual({ iss: CITY, iatSeconds: START_MILLISECONDS / 1000 });
    expect(renamed?.fields).toMatchObject({ names: named("二") });
    expect(renamed?.hash).toEqual(hashLeaf(present(renamed, "a change").entry));
    expect(two?.signed?.iss).toBe(DEPT);
    expect(two?.block).toMatchObject({ time: START_MILLISECONDS });
    const [proposed, manifest] = department.parts.carriers ?? [];
    expect(executed).toMatchObject({ signed: { iss: DEPT }, carriedBy: { index: proposed } });
    expect(chunk).toMatchObject({ signed: { iss: CITY }, carriedBy: { index: manifest } });
    expect(chunk?.fields).toMatchObject({ code: DEPT, names: named("三", "2021-01-01") });
  });

  test("cannot do without any of its entries", async () => {
    const { entries } = JSON.parse(text) as HistoryJson;
    expect(entries).toHaveLength(16);
    for (const { index } of entries) {
      const without = withChange((json) => {
        json.entries = json.entries.filter((entry) => entry.index !== index);
      });
      const verdict = await verify(without);
      expect(verdict.ok ? "taken" : verdict.error.code, `without ${index}`).toMatch(
        /^HISTORY_(?:MISSING|LINK|BLOCK)$/,
      );
    }
  });

  test("of a city begins with the vote that admitted it, and the application in it", async () => {
    const ledger = cityLedger();
    const log = logOf(ledger);
    const born = ledger.size - 2;
    const parts = { keys: keysFor(ledger, CITY), changes: [born], carriers: [4] };
    const { changes } = await verified(historyText(log, parts));
    expect(changes.map(briefly)).toEqual(["1 admit op+control"]);
    expect(changes[0]).toMatchObject({
      signed: { iss: CITY },
      fields: { op: "apply", code: CITY },
      carriedBy: { index: 4 },
    });
    expect(await verify(historyText(log, { ...parts, carriers: [] }))).toMatchObject({
      error: { code: "HISTORY_LINK", chain: "op", index: born },
    });
  });

  test("of what the genesis made begins there, and nobody signed that", async () => {
    const ledger = cityLedger();
    const parts = { keys: keysFor(ledger, "MA.156"), changes: [0] };
    const { changes } = await verified(historyText(logOf(ledger), parts));
    expect(changes).toMatchObject([{ kind: "genesis", index: 0, block: { height: 0 } }]);
    expect(changes[0]).not.toHaveProperty("signed");
  });

  test("goes through all generations", async () => {
    const ledger = cityLedger();
    const born = done(ledger, { op: "register", items: [child(DEPT, "department")] }, city);
    const retired = done(ledger, status(ledger, DEPT, "retire"), city);
    const after = ledger.record(DEPT).control;
    const again = done(
      ledger,
      { op: "register", items: [child(DEPT, "department", { after })] },
      city,
    );
    const changes = [born, retired, again];
    const log = logOf(ledger);
    const verdict = await verified(historyText(log, { keys: keysFor(ledger, DEPT, 1), changes }));
    expect(verdict.changes.map(briefly)).toEqual([
      "1 register op+control",
      "1 status control",
      "2 register op+control",
    ]);
    expect(await verify(historyText(log, { keys: keysFor(ledger, DEPT), changes }))).toEqual({
      ok: false,
      error: { code: "HISTORY_GENERATION", generation: 1 },
    });
    const ended = [endedKey(`${DEPT}#1`), ...keysFor(ledger, DEPT)];
    expect(await verify(historyText(log, { keys: ended, changes }))).toMatchObject({
      error: { code: "HISTORY_NO_RECORD", key: `code/${DEPT}#1` },
    });
  });
});

/** What a history in pages says, page by page; or why it was refused. */
async function paged(pages: readonly unknown[]) {
  const told: HistoryChange[][] = [];
  const verdict = await verifyHistoryPages(pages, TRUST, (page) => void told.push([...page]));
  return verdict.ok ? { ...verdict.value, told } : { ...verdict.error, told };
}

describe("a history in pages", () => {
  const { log, parts } = department;
  const [born = 0, renamed = 0, two = 0, suspended = 0, resumed = 0, executed = 0, chunk = 0] =
    parts.changes;
  const [proposed = 0, manifest = 0] = parts.carriers ?? [];
  const proof = proofOf(log, parts.keys);
  const first = pageText(log, { changes: [chunk], carriers: [manifest] }, { proof });
  const page = (...changes: number[]) =>
    pageText(log, { changes, carriers: changes.includes(executed) ? [proposed] : [] }, {});
  const second = page(suspended, resumed, executed);
  const last = page(born, renamed, two);

  test("is proved when the last one leads to where the record began", async () => {
    const { told, ...verdict } = await paged([first, second, last]);
    expect(told.map((changes) => changes.map(({ index }) => index))).toEqual([
      [chunk],
      [executed, resumed, suspended],
      [two, renamed, born],
    ]);
    const whole = await verified(text);
    expect(told.flat().reverse()).toEqual(whole.changes);
    expect(verdict).toEqual({ record: whole.record, links: [], gaps: [] });
  });

  test("is not where one is missing, twice there, or out of its turn", async () => {
    expect(await paged([first, second])).toMatchObject({ code: "HISTORY_MISSING", chain: "op" });
    expect(await paged([first, last])).toMatchObject({ code: "HISTORY_MISSING", chain: "control" });
    expect(await paged([first, last, second])).toMatchObject({ code: "HISTORY_MISSING" });
    expect(await paged([first, second, second, last])).toMatchObject({ code: "HISTORY_MISSING" });
    expect(await paged([first, second, last, last])).toMatchObject({ code: "HISTORY_UNUSED" });
    expect(await paged([second, last])).toMatchObject({ code: "PROOF_FIELD" });
    expect(await paged([first, first])).toMatchObject({ code: "HISTORY_PAGE", told: [{}] });
    const empty = pageText(log, { changes: [] }, {});
    expect(await paged([first, second, last, empty])).toMatchObject({ code: "HISTORY_PAGE" });
    expect(await paged([first, empty])).toMatchObject({ code: "HISTORY_MISSING" });
    expect(await paged([])).toMatchObject({ code: "PROOF_JSON" });
  });

  test("ends both chains of a generation in one page", async () => {
    // The one that names the beginning by `op`, while control is still on its way.
    const torn = page(born, renamed);
    expect(await paged([first, torn, page(two, suspended, resumed, executed)])).toMatchObject({
      code: "HISTORY_MISSING",
      chain: "control",
      told: [{}],
    });
  });

  test("says of a succession how control was in the page that shows it", async () => {
    const ledger = cityLedger();
    const items = [child(DEPT, "department"), child(OTHER, "department")];
    const begun = done(ledger, { op: "register", items }, city);
    const ceased = done(ledger, status(ledger, DEPT, "suspend"), city);
    const control = ledger.record(DEPT).control as Hash;
    const prevOf = (each: string) => ({ code: code(each), prev: ledger.record(each).op });
    const merged = done(
      ledger,
      {
        op: "succeed",
        type: "transfer",
        from: [prevOf(DEPT)],
        to: [prevOf(OTHER)],
        date: "2026-01-01",
        source: "document 1",
        grants: "end",
        delegation: "end",
      },
      city,
    );
    const whole = logOf(ledger);
    const of = { proof: proofOf(whole, keysFor(ledger, DEPT)) };
    const before = [{ generation: 1, hash: control }];
    const ending = pageText(whole, { changes: [merged], before }, of);
    const rest = pageText(whole, { changes: [begun, ceased] }, {});
    expect(await paged([ending, rest])).toMatchObject({
      gaps: [{ generation: 1, before: merged }],
    });
    const silent = pageText(whole, { changes: [merged] }, of);
    expect(await paged([silent, rest])).toMatchObject({ code: "HISTORY_BEFORE", generation: 1 });
    const late = pageText(whole, { changes: [begun, ceased], before }, {});
    expect(await paged([ending, late])).toMatchObject({ code: "HISTORY_BEFORE_UNUSED" });
  });
});

describe("a history that began in the ledger above", () => {
  /** The department in the ledger of its city, where it was changed once more, or not. */
  function joined(isChanged = true) {
    const { ledger, parts } = department;
    const prev = ledger.record(DEPT).op;
    const body = { op: "update", code: code(DEPT), prev, names: named("四") } as const;
    const update = sign(body, city, START_MILLISECONDS);
    const record = { ...ledger.record(DEPT), op: hashLeaf(update) } as unknown as CborValue;
    const own = [...ledger.values].filter(([key]) => key.includes(CITY) || key.startsWith("reg"));
    const changed: [string, Uint8Array] = [codeKey(code(DEPT)), encodeCbor(record)];
    const values = new Map(isChanged ? [...own, changed] : own);
    const below = logOf({ values, blocks: [] }, isChanged ? [update] : []);
    const delegation = {
      op: new Uint8Array(32).fill(9),
      origin: OTHER_LOG.key.name,
      policy: `log ${formatVerifierKey(OTHER_LOG.key)}\nquorum none\n`,
      url: "https://city.test",
      genesis: hashLeaf(present(below.entries[0], "entry 0")),
    };
    const checkpoint = checkpointOf(below, OTHER_LOG);
    const at = START_MILLISECONDS;
    const anchor = { op: new Uint8Array(32), delegation: delegation.op, checkpoint, at };
    const delegated = { ...ledger.record(CITY), delegation };
    const parent = new Map([
      ...ledger.values,
      [codeKey(code(CITY)), encodeCbor(delegated as unknown as CborValue)],
      [anchorKey(code(CITY)), encodeCbor(anchor)],
    ]);
    const above = logOf({ values: parent, blocks: ledger.blocks });
    const keys = [codeKey(code(CITY)), "code/MA.156", "code/MA", anchorKey(code(CITY))];
    const proof = [
      { ...proofOf(above, keys), consistency: [] },
      proofOf(below, parts.keys, OTHER_LOG),
    ];
    const index = below.entries.indexOf(update);
    return { below, above, proof, index, parts };
  }

  test("goes on in that ledger's log, which the chain of proofs leads through", async () => {
    const { below, above, proof, index, parts } = joined();
    const first = pageText(below, { changes: [index] }, { proof });
    const rest = pageText(above, parts, { origin: LOG.key.name });
    const { told, ...verdict } = await paged([first, rest]);
    expect(verdict).toMatchObject({ links: [{ code: CITY, origin: OTHER_LOG.key.name }] });
    const where = told.flat().map(({ origin, index: at }) => [origin, at]);
    const before = parts.changes.map((at) => [LOG.key.name, at]);
    expect(where).toEqual([[OTHER_LOG.key.name, index], ...before.reverse()]);
    // Alone it is not whole; and nothing is taken from a log that the proof does not lead through, or goes down again.
    expect(await verify(first)).toMatchObject({ error: { code: "HISTORY_MISSING" } });
    const strange = pageText(above, parts, { origin: "other.test/log" });
    expect(await paged([first, strange])).toMatchObject({
      code: "HISTORY_ORIGIN",
      origin: "other.test/log",
    });
    const down = pageText(below, { changes: [index] }, { origin: OTHER_LOG.key.name });
    const [half, other] = [parts.changes.slice(3), parts.changes.slice(0, 3)].map((changes) =>
      pageText(
        above,
        { ...parts, changes, carriers: changes.length > 3 ? (parts.carriers ?? []) : [] },
        { origin: LOG.key.name },
      ),
    );
    expect(await paged([first, half, other])).toMatchObject({ gaps: [] });
    expect(await paged([first, half, down])).toMatchObject({ code: "HISTORY_ORIGIN" });
  });

  test("may have no change here yet", async () => {
    const { below, above, proof, parts } = joined(false);
    const first = pageText(below, { changes: [] }, { proof });
    const rest = pageText(above, parts, { origin: LOG.key.name });
    const { told } = await paged([first, rest]);
    expect(told.map((changes) => changes.length)).toEqual([0, parts.changes.length]);
    expect(await paged([first])).toMatchObject({ code: "HISTORY_MISSING" });
  });

  test("is refused where the chain of proofs is", async () => {
    const { below, proof, index } = joined();
    const first = pageText(below, { changes: [index] }, { proof: proof.slice(1) });
    expect(await verify(first)).toMatchObject({ ok: false });
    const none = pageText(below, { changes: [index] }, { proof: [] });
    expect(await verify(none)).toMatchObject({ error: { code: "PROOF_CHAIN_LENGTH" } });
  });
});

describe("a succession", () => {
  const SAID_OF_BOTH = { type: "transfer", date: "2026-01-01", source: "document 1" };
  function succeeded() {
    const ledger = cityLedger();
    const items = [child(DEPT, "department"), child(OTHER, "department")];
    const born = done(ledger, { op: "register", items }, city);
    const suspended = done(ledger, status(ledger, DEPT, "suspend"), city);
    const resumed = done(ledger, status(ledger, DEPT, "resume"), city);
    const control = ledger.record(DEPT).control as Hash;
    const prevOf = (each: string) => ({ code: code(each), prev: ledger.record(each).op });
    const merged = done(
      ledger,
      {
        op: "succeed",
        type: "transfer",
        from: [prevOf(DEPT)],
        to: [prevOf(OTHER)],
        date: "2026-01-01",
        source: "document 1",
        grants: "end",
        delegation: "end",
      },
      city,
    );
    return { ledger, log: logOf(ledger), born, suspended, resumed, merged, control };
  }

  test("ends both chains, and names only one: the verdict says where a change could be missing", async () => {
    const { ledger, log, born, suspended, resumed, merged, control } = succeeded();
    const changes = [born, suspended, resumed, merged];
    const keys = keysFor(ledger, DEPT);
    const before = [{ generation: 1, hash: control }];
    const verdict = await verified(historyText(log, { keys, changes, before }));
    expect(verdict.changes.map(briefly)).toEqual([
      "1 register op+control",
      "1 status control",
      "1 status control",
      "1 succeed op+control",
    ]);
    expect(verdict.gaps).toEqual([{ generation: 1, before: merged }]);
    expect(verdict.changes.at(-1)?.fields).toMatchObject(SAID_OF_BOTH);
    expect(await verify(historyText(log, { keys, changes }))).toEqual({
      ok: false,
      error: { code: "HISTORY_BEFORE", generation: 1 },
    });
    const twice = [...before, ...before];
    expect(await verify(historyText(log, { keys, changes, before: twice }))).toEqual({
      ok: false,
      error: { code: "HISTORY_BEFORE_UNUSED", generation: 1 },
    });
    // It leads to itself: a word about what was before must be about what was before.
    const itself = [{ generation: 1, hash: hashLeaf(present(log.entries[merged], "an entry")) }];
    expect(await verify(historyText(log, { keys, changes, before: itself }))).toMatchObject({
      error: { code: "HISTORY_LINK", chain: "control", index: merged },
    });
  });

  test("that members decided tells the same of itself", async () => {
    const ledger = cityLedger();
    const born = done(ledger, { op: "register", items: [child(DEPT, "department")] }, city);
    const prevOf = (each: string) => ({ code: code(each), prev: ledger.record(each).op });
    const [from, to] = [[prevOf(CITY)], [prevOf(DEPT)]];
    const terms = { date: "2026-01-01", source: "document 1" } as const;
    const ends = { grants: "end", delegation: "end" } as const;
    const proposed = ledger.size;
    const inner = { op: "succeed", type: "transfer", from, to, ...terms, ...ends } as const;
    ledger.decide(inner, [member("A"), member("B")]);
    const changes = [born, ledger.size - 2];
    const parts = { keys: keysFor(ledger, DEPT), changes, carriers: [proposed] };
    const verdict = await verified(historyText(logOf(ledger), parts));
    expect(verdict.changes.at(-1)).toMatchObject({
      kind: "succeed",
      signed: { iss: "member/A" },
      fields: { code: DEPT, ...SAID_OF_BOTH },
    });
  });

  test("leaves whoever succeeds with both chains whole", async () => {
    const { ledger, log, born, merged, control } = succeeded();
    const parts = { keys: keysFor(ledger, OTHER), changes: [born, merged] };
    const verdict = await verified(historyText(log, parts));
    expect(verdict.changes.map(briefly)).toEqual(["1 register op+control", "1 succeed op"]);
    expect(verdict.changes.at(-1)?.fields).toMatchObject(SAID_OF_BOTH);
    expect(verdict.gaps).toEqual([]);
    const before = [{ generation: 1, hash: control }];
    expect(await verify(historyText(log, { ...parts, before }))).toEqual({
      ok: false,
      error: { code: "HISTORY_BEFORE_UNUSED", generation: 1 },
    });
  });
});

describe("a history is refused", () => {
  test.each<[string, (json: HistoryJson) => void, object]>([
    ["with another format", (json) => (json.format = "x"), { code: "PROOF_FORMAT", got: "x" }],
    [
      "without hashes",
      (json) => delete (json as Json).hashes,
      { code: "PROOF_FIELD", field: "hashes" },
    ],
    [
      "with a path that leads to no hash",
      (json) => ((json.entries[0] as EntryJson).path[0] = 99_999),
      { code: "PROOF_FIELD", field: "entries[0].path[0]", want: "place of a hash" },
    ],
    [
      "with an index below 0",
      (json) => ((json.entries[0] as EntryJson).index = -1),
      { code: "PROOF_FIELD", field: "entries[0].index", want: "whole number" },
    ],
    [
      "with a text for an index",
      (json) => ((json.entries[0] as unknown as Json).index = "1"),
      { code: "PROOF_FIELD", field: "entries[0].index", want: "whole number" },
    ],
    [
      "with another proof",
      (json) => (json.proof.format = "cityid/proof/v0"),
      { code: "PROOF_FORMAT", got: "cityid/proof/v0" },
    ],
    ["with entries out of order", (json) => json.entries.reverse(), { code: "HISTORY_ORDER" }],
    [
      "with an entry twice",
      (json) => json.entries.splice(1, 0, json.entries[0] as EntryJson),
      { code: "HISTORY_ORDER" },
    ],
    [
      "with an entry that is not in the log",
      (json) => ((json.entries[0] as EntryJson).entry = "AAAA"),
      { code: "PROOF_ROOT", entry: department.parts.changes[0] },
    ],
  ])("%s", async (_, change, error) => {
    expect(await verify(withChange(change))).toMatchObject({ ok: false, error });
  });

  test("with an entry that no link needs", async () => {
    const { log, parts } = department;
    const more = { ...parts, carriers: [...(parts.carriers ?? []), 2] };
    expect(await verify(historyText(log, more))).toEqual({
      ok: false,
      error: { code: "HISTORY_UNUSED", index: 2 },
    });
  });

  test("of a code that was never issued", async () => {
    const keys = ["code/MA.156.9999", codeKey(code("MA.156")), codeKey(code("MA"))];
    expect(await verify(historyText(department.log, { keys, changes: [] }))).toEqual({
      ok: false,
      error: { code: "HISTORY_NO_RECORD", key: "code/MA.156.9999" },
    });
  });
});

// What no ledger of ours writes: logs whose last block holds made-up entries, and a record that names them.
describe("a history in a log that does not keep the rules is refused", () => {
  const KEY = codeKey(code(DEPT));

  /** The record as if these hashes had made it, and these entries were in the log. */
  async function forged(fields: object, entries: readonly Uint8Array[], shown?: readonly number[]) {
    const { ledger, parts } = department;
    const record = { ...(ledger.get(KEY) as object), ...fields } as CborValue;
    const values = new Map([...ledger.values, [KEY, encodeCbor(record)]]);
    const log = logOf({ values, blocks: ledger.blocks }, entries);
    const first = ledger.size;
    const changes = shown ?? [...parts.changes, ...entries.map((_, i) => first + i)];
    return verify(historyText(log, { ...parts, changes }));
  }

  const operation = (body: object): Uint8Array => sign(body as Operation, city, START_MILLISECONDS);
  const born = present(department.ledger.record(DEPT).born, "born") as Hash;

  test.each(["born", "op", "control"])("when the record has no hash as %s", async (field) => {
    for (const value of [new Uint8Array(31), "text"]) {
      expect(await forged({ [field]: value }, [])).toMatchObject({
        error: { code: "PROOF_RECORD", field },
      });
    }
  });

  test("when a link is of the other chain, or names none before it", async () => {
    const control = operation({ op: "status", code: DEPT, prev: born, do: "suspend" });
    expect(await forged({ op: hashLeaf(control) }, [control])).toMatchObject({
      error: { code: "HISTORY_LINK", chain: "op", index: department.ledger.size },
    });
    const loose = operation({ op: "update", code: DEPT });
    expect(await forged({ op: hashLeaf(loose) }, [loose])).toMatchObject({
      error: { code: "HISTORY_LINK", chain: "op", index: department.ledger.size },
    });
  });

  test("when a chain goes forward", async () => {
    const later = operation({ op: "update", code: DEPT, prev: born, names: {} });
    const earlier = operation({ op: "update", code: DEPT, prev: hashLeaf(later), names: {} });
    expect(await forged({ op: hashLeaf(earlier) }, [earlier, later])).toMatchObject({
      error: { code: "HISTORY_BACKWARDS", chain: "op", index: department.ledger.size + 1 },
    });
  });

  test.each<[string, CborValue | Uint8Array]>([
    ["bytes that are no CBOR", Uint8Array.of(0xff)],
    ["something else", ["other", {}]],
    ["something without a word", { op: "update" }],
    ["a block entry that is none", ["block", {}]],
    ["a chunk that is none", ["chunk", 1]],
    ["a chunk without a manifest", ["chunk", { index: 0, items: [], path: [] }]],
    ["a chunk without a place", ["chunk", { manifest: born, items: [], path: [] }]],
    ["a chunk without items", ["chunk", { manifest: born, index: 0, path: [] }]],
    ["a chunk without a path", ["chunk", { manifest: born, index: 0, items: [] }]],
    ["an operation that is no map", operation([] as object)],
  ])("when an entry is %s", async (_, value) => {
    const entry = value instanceof Uint8Array ? value : encodeCbor(value);
    expect(await forged({ op: hashLeaf(entry) }, [entry])).toEqual({
      ok: false,
      error: { code: "HISTORY_ENTRY", index: department.ledger.size },
    });
  });

  /** A chunk that changes the department, under a manifest as given. */
  const chunkUnder = (manifest: Uint8Array, more: object = {}) =>
    encodeCbor([
      "chunk",
      {
        manifest: idOf(manifest),
        index: 0,
        items: [{ code: DEPT, prev: born }],
        path: [],
        ...more,
      } as CborValue,
    ]);
  const root = hashLeaf(encodeCbor([{ code: DEPT, prev: born }]));

  test.each<[string, object, object]>([
    ["is in no manifest", { op: "update", code: DEPT, prev: born }, {}],
    [
      "is in a manifest of another root",
      { op: "manifest", what: "update", chunks: 1, root: born },
      {},
    ],
    ["is in a manifest without a root", { op: "manifest", what: "update", chunks: 1 }, {}],
    [
      "is in a manifest with a root of another length",
      { op: "manifest", what: "update", chunks: 1, root: root.subarray(1) },
      {},
    ],
    ["is in a manifest that says not what", { op: "manifest", chunks: 1, root }, {}],
    ["is in a manifest of no size", { op: "manifest", what: "update", root }, {}],
    ["is in a proposal of nothing", { op: "propose" }, {}],
    ["is about others", { op: "manifest", what: "update", chunks: 1, root }, { items: ["x"] }],
    ["has a path of no hashes", { op: "manifest", what: "update", chunks: 2, root }, { path: [1] }],
    [
      "has a path of short hashes",
      { op: "manifest", what: "update", chunks: 2, root },
      { path: [Uint8Array.of(1)] },
    ],
  ])("when a chunk %s", async (_, body, more) => {
    const manifest = operation(body);
    const chunk = chunkUnder(manifest, more);
    expect(await forged({ op: hashLeaf(chunk) }, [manifest, chunk])).toMatchObject({
      error: { code: "HISTORY_LINK", chain: "op", index: department.ledger.size + 1 },
    });
  });

  test("only where the chunk is right: then what is wrong comes after it", async () => {
    const manifest = operation({ op: "manifest", what: "update", chunks: 1, root });
    const chunk = chunkUnder(manifest);
    const verdict = await forged({ op: hashLeaf(chunk) }, [manifest, chunk]);
    // The update before it is a change that is no longer one.
    expect(verdict).toEqual({
      ok: false,
      error: { code: "HISTORY_UNUSED", index: department.parts.changes[1] },
    });
  });

  test.each<[string, object | undefined, object]>([
    ["names no decision", undefined, { decision: 1 }],
    ["decides nothing that is shown", undefined, { decision: born }],
    ["decides on an operation that is no proposal of anything", { op: "propose", inner: 7 }, {}],
    [
      "decides on what is about others",
      { op: "propose", inner: { op: "update", code: OTHER } },
      {},
    ],
    ["decides on what has no kind", { op: "propose", inner: { code: DEPT } }, {}],
    ["decides on a list that is none", { op: "propose", inner: { op: "register", items: 1 } }, {}],
    ["decides on an application that is none", { op: "admit", application: Uint8Array.of(1) }, {}],
    ["decides on an application for another code", admit("MA.156.1302"), {}],
  ])("when a vote %s", async (_, body, more) => {
    const carrier = body && operation(body);
    const decision = carrier && decisionOf(carrier, body);
    const vote = operation({ op: "endorse", ...(decision && { decision }), ...more });
    const entries = carrier ? [carrier, vote] : [vote];
    expect(await forged({ op: hashLeaf(vote) }, entries)).toMatchObject({
      error: {
        code: "HISTORY_LINK",
        chain: "op",
        index: department.ledger.size + entries.length - 1,
      },
    });
  });

  test("when an application in it is no application", async () => {
    const inner = operation({ op: "update", code: DEPT });
    const carrier = operation({ op: "admit", application: inner });
    const vote = operation({ op: "endorse", decision: idOf(inner) });
    expect(await forged({ op: hashLeaf(vote) }, [carrier, vote])).toMatchObject({
      error: { code: "HISTORY_LINK" },
    });
    const list = operation({ op: "admit", application: operation([] as object) });
    const decided = operation({ op: "endorse", decision: idOf(list) });
    expect(await forged({ op: hashLeaf(decided) }, [list, decided])).toMatchObject({
      error: { code: "HISTORY_LINK" },
    });
  });

  test("when it begins with a block entry, or with a change", async () => {
    const index = department.ledger.size;
    const mapRoot = born;
    const block = encodeBlockEntry({
      app: 1,
      time: 0,
      count: 1,
      first: index - 1,
      height: 99,
      mapRoot,
    });
    expect(await forged({ op: hashLeaf(block) }, [block])).toMatchObject({
      error: { code: "HISTORY_LINK", chain: "op", index },
    });
    const { op } = department.ledger.record(DEPT);
    expect(await forged({ born: op, control: op }, [])).toMatchObject({
      error: { code: "HISTORY_LINK", chain: "op" },
    });
  });

  test("when a block entry does not stand where it says", async () => {
    const index = department.ledger.size;
    const entry = operation({ op: "update", code: DEPT, prev: born });
    const astray = { app: 1, time: 0, count: 5, first: index, height: 99, mapRoot: born };
    const changes = [...department.parts.changes, index];
    const made = { op: hashLeaf(entry) };
    expect(await forged(made, [entry, encodeBlockEntry(astray)], changes)).toEqual({
      ok: false,
      error: { code: "HISTORY_BLOCK", index },
    });
  });

  test("when a block entry does not cover the entries before it", async () => {
    const entry = operation({ op: "update", code: DEPT, prev: born });
    const { ledger, parts } = department;
    const [one = 0, two = 0] = parts.changes;
    // The block entry of a later block alone: it covers none of the entries of an earlier one.
    const record = { ...(ledger.get(KEY) as object), op: hashLeaf(entry) } as CborValue;
    const log = logOf(
      { values: new Map([...ledger.values, [KEY, encodeCbor(record)]]), blocks: ledger.blocks },
      [entry],
    );
    const json = JSON.parse(
      historyText(log, { ...parts, changes: [...parts.changes, ledger.size] }),
    ) as HistoryJson;
    json.entries = json.entries.filter(({ index }) => index !== one + 1);
    expect(await verify(json)).toEqual({
      ok: false,
      error: { code: "HISTORY_BLOCK", index: one },
    });
    expect(two).toBeGreaterThan(one + 1);
  });

  function admit(text: string): object {
    return { op: "admit", application: application(text, "stranger", START_MILLISECONDS) };
  }

  function decisionOf(carrier: Uint8Array, body: object): Uint8Array {
    const { application: inner } = body as { application?: Uint8Array };
    return inner !== undefined && inner.length > 1 ? idOf(inner) : idOf(carrier);
  }
});

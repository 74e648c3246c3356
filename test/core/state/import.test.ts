import { describe, expect, it } from "vitest";
import {
  applyChildGenesis,
  BirthOrder,
  type CborMap,
  type CborValue,
  type ChildGenesis,
  type Code,
  type CodeRecord,
  codeKey,
  datasetKey,
  decodeCbor,
  decodeGenesis,
  effectiveStatus,
  encodeCbor,
  encodeGenesis,
  encodeImports,
  frontierKey,
  hex,
  type ImportRow,
  InvariantError,
  importRoot,
  isImportable,
  isWithdrawn,
  present,
  ringKey,
  selectImport,
  statusBits,
} from "../../../src/core/index.ts";
import { ChildLog, delegateTo, describing } from "./kinds/child-log.ts";
import {
  ALL,
  child,
  city,
  cityLedger,
  code,
  GENESIS,
  keySpec,
  named,
  register,
  START_MILLISECONDS,
  TestLedger,
  testKey,
} from "./kit.ts";
import { rootOfChildren } from "./model.ts";

const CITY = code("MA.156.1301");
const DEPT = `${CITY}.02`;
const LAMPS = `${DEPT}/LAMP`;
const CHILD_ORIGIN = "child.test/log";

/** A city with everything that a subtree can hold, delegated as a whole. */
function parentLedger(): TestLedger {
  const ledger = cityLedger();
  const classes = [{ class: "LAMP", names: { zh: "路灯" }, public: "all" as const }];
  ledger.decide({ op: "classes", items: classes }, [
    { iss: "member/A", key: "member A" },
    { iss: "member/B", key: "member B" },
  ]);
  const dept = child(DEPT, "department", {
    keys: [keySpec("dept", ALL), keySpec("old", ["record"])],
  });
  register(ledger, [child(`${CITY}.09`, "department"), dept, child(`${CITY}.01`, "department")]);
  const lamp = child(`${LAMPS}/2`, "thing", {
    class: "LAMP",
    aliases: [{ scheme: "asset", value: "L-2" }],
  });
  const by = { iss: DEPT, key: "dept" };
  register(ledger, [child(LAMPS, "class"), lamp, child(`${LAMPS}/1`, "thing")], by);
  const { control: prev } = ledger.record(DEPT);
  const close = [{ kid: testKey("old").kid, why: "compromised" as const, since: 0 }];
  ledger.must({ op: "keys", code: DEPT, prev, close }, by);
  const mistake = register(ledger, [child(`${CITY}.01/POST`, "class")]);
  ledger.must({ op: "void", registration: mistake, reason: "x" }, city);
  const item = ledger.record(`${LAMPS}/1`);
  const end = { op: "status", code: item.code, prev: item.control, reason: "x" } as const;
  const { hash: after } = ledger.must({ ...end, do: "retire" }, by);
  register(ledger, [child(`${LAMPS}/1`, "thing", { after })], by);
  ledger.must(delegateTo(ledger, `${CITY}.09`, new ChildLog("low.test/log")), city);
  const low = new ChildLog("low.test/log");
  const at = Math.floor(ledger.now / 1000);
  ledger.must({ op: "anchor", items: [low.first(`${CITY}.09`, 5, at)] }, city);
  for (const first of [0, 50]) {
    const root = new Uint8Array(32).fill(first);
    ledger.must({ op: "seals", code: code(DEPT), first, count: 10, root }, by);
  }
  const withdrawn = { kid: testKey("dept").kid, serials: [3, 9000, 1_048_575], reason: "x" };
  ledger.must({ op: "unseal", code: code(DEPT), ...withdrawn }, by);
  ledger.must(delegateTo(ledger, CITY, new ChildLog(CHILD_ORIGIN)), city);
  return ledger;
}

/** What `selectImport` is given of a ledger: its values, and the order of children as its changes made them. */
function parentRows(ledger: TestLedger, top: Code): ImportRow[] {
  const rows = [...ledger.values].filter(([key]) => isImportable(key, top));
  const births = new BirthOrder(top);
  const orders = new Map<string, Code[]>();
  const firsts = new Set(ledger.changes.map(({ key }) => key));
  for (const key of firsts) {
    const birth = isImportable(key, top) ? births.rowOf(key) : undefined;
    if (birth !== undefined) {
      orders.set(birth.row, [...(orders.get(birth.row) ?? []), birth.code]);
    }
  }
  const encoded = [...orders].map(([key, codes]): ImportRow => [key, encodeCbor(codes)]);
  return inOrder([...rows, ...encoded]);
}

function inOrder(rows: readonly ImportRow[]): ImportRow[] {
  return [...rows].sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

function rowsOf(ledger: TestLedger, top: Code = CITY): ImportRow[] {
  return [...selectImport(parentRows(ledger, top), top)];
}

const parts = {
  app: 1,
  origin: CHILD_ORIGIN,
  time: START_MILLISECONDS + 3_600_000,
  members: GENESIS.members,
  thresholds: GENESIS.thresholds,
  recoveryDelay: 60,
  voidWindow: 60,
  policy: "quorum none\n",
} as const;

function genesisFor(imports: readonly Uint8Array[], top: Code = CITY): ChildGenesis {
  const parent = {
    origin: "ledger.test/log",
    code: top,
    checkpoint: "ledger.test/log\n7\n",
    mapRoot: new Uint8Array(32),
  };
  return { ...parts, parent, imports: importRoot(imports) };
}

function begin(rows: readonly ImportRow[], top: Code = CITY) {
  const imports = [...encodeImports(inOrder(rows))];
  const genesis = genesisFor(imports, top);
  return applyChildGenesis(genesis, [encodeGenesis(genesis), ...imports]);
}

/** A child ledger that goes on under the real rules. */
function childLedger(parent: TestLedger, top: Code = CITY): TestLedger {
  const begun = begin(rowsOf(parent, top), top);
  if (!begun.ok) throw new Error(JSON.stringify(begun.error));
  const ledger = new TestLedger();
  ledger.values.clear();
  ledger.changes.length = 0;
  for (const { key, value } of begun.value) ledger.values.set(key, value);
  ledger.now = parts.time;
  return ledger;
}

const decoded = (bytes: Uint8Array): CborValue => {
  const value = decodeCbor(bytes);
  if (!value.ok) throw new Error(value.error.code);
  return value.value;
};

describe("the genesis of a child ledger", () => {
  it("is read as it was written", () => {
    const genesis = genesisFor([...encodeImports(rowsOf(parentLedger()))]);
    expect(decodeGenesis(decoded(encodeGenesis(genesis)))).toEqual({ ok: true, value: genesis });
    const wrong = { ...genesis, names: named("x") } as unknown as ChildGenesis;
    expect(decodeGenesis(decoded(encodeGenesis(wrong)))).toMatchObject({
      error: { code: "OP_FIELD_UNKNOWN", path: "names" },
    });
  });

  it("takes the subtree over as it was, but for the delegation of its code", () => {
    const parent = parentLedger();
    const ledger = childLedger(parent);
    const { delegation, ...own } = parent.record(CITY);
    expect(delegation?.origin).toBe(CHILD_ORIGIN);
    expect(ledger.record(CITY)).toEqual(own);
    for (const of of [DEPT, LAMPS, `${LAMPS}/1`, `${LAMPS}/2`, `${CITY}.01`, `${CITY}.09`]) {
      expect(ledger.record(of)).toEqual(parent.record(of));
    }
    for (const [key, value] of parent.values) {
      const isTaken =
        /^(?:code|key|seals|~?unseal)\/MA\.156\.1301[./#]|^(?:alias|anchor|class|registration)\//.test(
          key,
        );
      if (key !== codeKey(CITY)) expect(ledger.values.has(key), key).toBe(isTaken || isOwn(key));
      if (isTaken) expect(hex(ledger.values.get(key) ?? new Uint8Array()), key).toBe(hex(value));
    }
    expect(ledger.get("code/MA")).toBeUndefined();
  });

  /** What a ledger has beside the map, and of members and parameters its own. */
  function isOwn(key: string): boolean {
    return (
      /^(?:member|param)\/|^key\/member|^~members|^~keys\/member/.test(key) ||
      /^~(?:keys|children)\/MA\.156\.1301/.test(key)
    );
  }

  it("knows open keys and the order of children", () => {
    const parent = parentLedger();
    const ledger = childLedger(parent);
    const kids = (of: TestLedger): string[] =>
      of.value(ringKey(`${DEPT}#1`)).open.map(({ kid }) => hex(kid));
    expect(kids(ledger)).toEqual(kids(parent));
    for (const of of [CITY, LAMPS]) {
      expect(ledger.value(frontierKey(code(of)))).toEqual(parent.value(frontierKey(code(of))));
    }
    const born = [...ledger.values.keys()].filter((key) => /^code\/MA\.156\.1301\.\d+$/.test(key));
    expect(born.map((key) => key.slice(-2))).toEqual(["09", "02", "01"]);
  });

  it("lets its holders go on, and children follow those of the parent", () => {
    const ledger = childLedger(parentLedger());
    register(ledger, [child(`${CITY}.05`, "department")], city);
    const codes = ["09", "02", "01", "05"].map((each) => `${CITY}.${each}`);
    expect(ledger.record(CITY).children).toEqual({ count: 4, root: rootOfChildren(codes) });
    const lamp = ledger.record(`${LAMPS}/2`);
    const by = { iss: DEPT, key: "dept" };
    ledger.must({ op: "update", code: lamp.code, prev: lamp.op, names: named("灯") }, by);
    expect(
      ledger.refused({ op: "register", items: [child(`${CITY}.09.1`, "department")] }, city),
    ).toMatchObject({ code: "STATE_DELEGATED", origin: "low.test/log" });
    const alias = { aliases: [{ scheme: "asset", value: "L-2" }] };
    const twice = child(`${LAMPS}/7`, "thing", alias);
    expect(ledger.refused({ op: "register", items: [twice] }, by)).toMatchObject({
      code: "STATE_ALIAS_TAKEN",
    });
  });

  it("knows which seals were logged and withdrawn, of things with keys of their own too", () => {
    const parent = parentLedger();
    const ledger = childLedger(parent);
    const by = { iss: DEPT, key: "dept" };
    const { kid } = testKey("dept");
    const batch = (first: number) =>
      ({ op: "seals", code: code(DEPT), first, count: 1, root: new Uint8Array(32) }) as const;
    expect(ledger.refused(batch(55), by)).toMatchObject({ code: "STATE_SEALS_OVERLAP" });
    ledger.must(batch(10), by);
    const again = { op: "unseal", code: code(DEPT), kid, reason: "x" } as const;
    expect(ledger.refused({ ...again, serials: [9000] }, by)).toMatchObject({
      code: "STATE_NOTHING_TO_DO",
    });
    ledger.must({ ...again, serials: [9001] }, by);
    const bits = statusBits(ledger as never, `${DEPT}#1`, kid);
    expect([3, 4, 9000, 9001, 1_048_575].map((each) => isWithdrawn(bits, each))).toEqual([
      true,
      false,
      true,
      true,
      true,
    ]);
  });

  it("takes over datasets, whose logs go on", () => {
    const parent = cityLedger();
    const air = code(`${CITY}/DATA/AIR`);
    const log = new ChildLog("air.test/log");
    register(parent, [child(`${CITY}/DATA`, "class"), child(air, "dataset")]);
    parent.must(describing(parent, air, log), city);
    const seconds = () => Math.floor(parent.now / 1000);
    parent.must({ op: "anchor", items: [log.first(air, 2, seconds())] }, city);
    parent.must(delegateTo(parent, CITY, new ChildLog(CHILD_ORIGIN)), city);
    const ledger = childLedger(parent);
    const key = datasetKey(`${air}#1`);
    expect(ledger.value(key)).toEqual(parent.value(key));
    ledger.wait(600);
    const items = [log.next(air, 2, 5, Math.floor(ledger.now / 1000))];
    ledger.must({ op: "anchor", items }, city);
  });

  it("takes over the keys of a thing", () => {
    const parent = cityLedger();
    const keys = [keySpec("sensor", ["data"])];
    register(parent, [child(`${CITY}/AIR`, "class"), child(`${CITY}/AIR/1`, "thing", { keys })]);
    parent.must(delegateTo(parent, CITY, new ChildLog(CHILD_ORIGIN)), city);
    expect(childLedger(parent).record(`${CITY}/AIR/1`).holds).toEqual(["data"]);
  });

  it("lets keys act although nothing stands above its top", () => {
    const ledger = childLedger(parentLedger());
    const status = (what: "suspend" | "resume") => {
      const { control: prev } = ledger.record(DEPT);
      return { op: "status", code: code(DEPT), prev, do: what, reason: "x" } as const;
    };
    ledger.must(status("suspend"), city);
    ledger.must(status("resume"), city);
    expect(effectiveStatus(ledger as never, ledger.record(`${LAMPS}/1`)).status).toBe("active");
    const other = child("MA.156.1302", "department");
    expect(ledger.refused({ op: "register", items: [other] }, city)).toMatchObject({
      code: "AUTH_ISSUER",
      want: "member/…",
    });
  });

  it("can begin below a city too", () => {
    const ledger = childLedger(parentLedger(), code(DEPT));
    expect(ledger.get(codeKey(CITY))).toBeUndefined();
    expect(ledger.record(DEPT).holds).toEqual([...ALL].sort());
    register(ledger, [child(`${LAMPS}/8`, "thing")], { iss: DEPT, key: "dept" });
  });

  it("cuts what is long into entries, and the order of many children", () => {
    const parent = cityLedger();
    register(parent, [child(`${CITY}/POLE`, "class")]);
    for (let from = 0; from < 500; from += 250) {
      const ids = Array.from({ length: 250 }, (_, i) => child(`${CITY}/POLE/${from + i}`, "thing"));
      register(
        parent,
        ids.map((item) => ({ ...item, names: named("灯".repeat(60)) })).slice(0, 100),
      );
      register(
        parent,
        ids.map((item) => ({ ...item, names: named("灯".repeat(60)) })).slice(100, 200),
      );
      register(parent, ids.slice(200));
    }
    parent.must(delegateTo(parent, CITY, new ChildLog(CHILD_ORIGIN)), city);
    const imports = [...encodeImports(rowsOf(parent))];
    expect(imports.length).toBeGreaterThan(3);
    for (const each of imports) expect(each.length).toBeLessThanOrEqual(61_440);
    expect(childLedger(parent).record(`${CITY}/POLE`).children.count).toBe(500);
  });

  /** Rows of a ledger in which one record stands in many successions, so that it is longer than an entry. */
  function rowsWithLong(): readonly ImportRow[] {
    const long = Array.from({ length: 7000 }, (_, i) => `MA.156.1301.${i + 10}#1`);
    return rowsOf(parentLedger()).map(([key, value]) => {
      if (key !== codeKey(CITY)) return [key, value];
      return [key, encodeCbor({ ...(decoded(value) as CborMap), predecessors: long })];
    });
  }

  it("carries a record that outgrew an entry in parts", () => {
    const rows = rowsWithLong();
    const imports = [...encodeImports(rows)];
    for (const each of imports) expect(each.length).toBeLessThanOrEqual(61_440);
    const genesis = genesisFor(imports);
    const begun = applyChildGenesis(genesis, [encodeGenesis(genesis), ...imports]);
    if (!begun.ok) throw new Error(begun.error.code);
    const made = new Map([...begun.value].map(({ key, value }) => [key, value]));
    const [, long] = present(
      rows.find(([key]) => key === codeKey(CITY)),
      "the record",
    );
    expect(long.length).toBeGreaterThan(2 * 61_440);
    for (const [key, value] of rows) {
      if (!key.startsWith("~order/")) expect(made.get(key), key).toEqual(value);
    }
    const endless = new Uint8Array(64 * 61_440);
    expect(() => [...encodeImports([["code/MA", endless]])]).toThrow(InvariantError);
  });

  it("refuses parts that are not all those of one value, in their order and as long as they can be", () => {
    type Entry = ["import", { index: number; values: [string, Uint8Array][]; part: number[] }];
    const entries = [...encodeImports(rowsWithLong())].map(
      (each) => decoded(each) as never as Entry,
    );
    const isPart = ([, { part }]: Entry) => part !== undefined;
    const first = entries.findIndex(isPart);
    const count = entries.filter(isPart).length;
    expect(count).toBe(3);
    const judge = (change: (entries: Entry[]) => void) => {
      const changed = structuredClone(entries);
      change(changed);
      for (const [i, each] of changed.entries()) each[1].index = i;
      const imports = changed.map((each) => encodeCbor(each as unknown as CborValue));
      const genesis = genesisFor(imports);
      return applyChildGenesis(genesis, [encodeGenesis(genesis), ...imports]);
    };
    const at = (all: Entry[], k: number) => present(all[first + k], "an entry")[1];
    const piece = (all: Entry[], k: number) => present(at(all, k).values[0], "a row");
    const refused = (k: number) => ({
      error: { code: "CHILD_ENTRY", index: first + k, why: "part" },
    });
    expect(judge(() => undefined)).toMatchObject({ ok: true });
    expect(judge((all) => all.splice(first, 1))).toMatchObject(refused(0));
    expect(judge((all) => all.splice(first + 1, 1))).toMatchObject(refused(1));
    expect(judge((all) => all.splice(first + 2))).toMatchObject(refused(2));
    expect(
      judge((all) => {
        at(all, 1).part = [1, 4];
      }),
    ).toMatchObject(refused(1));
    expect(
      judge((all) => {
        piece(all, 1)[0] = "code/MA";
      }),
    ).toMatchObject(refused(1));
    expect(judge((all) => at(all, 2).values.push(["x", new Uint8Array(1)]))).toMatchObject(
      refused(2),
    );
    expect(
      judge((all) => {
        piece(all, 1)[1] = piece(all, 1)[1].subarray(1);
      }),
    ).toMatchObject(refused(1));
    expect(
      judge((all) => {
        piece(all, 2)[1] = new Uint8Array(piece(all, 0)[1].length + 1);
      }),
    ).toMatchObject(refused(2));
    // A whole value where a piece should be.
    expect(judge((all) => Reflect.deleteProperty(at(all, 1), "part"))).toMatchObject(refused(1));
  });

  it("makes the same of entries that are read whenever they are asked for, in whatever order records came", () => {
    const parent = cityLedger();
    register(parent, [child(`${CITY}/POLE`, "class")]);
    const numbers = Array.from({ length: 6000 }, (_, i) => (i * 2741) % 6000);
    for (let at = 0; at < numbers.length; at += 60) {
      const poles = numbers
        .slice(at, at + 60)
        .map((n) => `${CITY}/POLE/${String(n).padStart(4, "0")}`);
      register(
        parent,
        poles.map((each) => child(each, "thing", { names: named("灯".repeat(170)) })),
      );
    }
    parent.must(delegateTo(parent, CITY, new ChildLog(CHILD_ORIGIN)), city);
    const imports = [...encodeImports(rowsOf(parent))];
    // More than are kept decoded at once.
    expect(imports.length).toBeGreaterThan(70);
    const genesis = genesisFor(imports);
    const all = [encodeGenesis(genesis), ...imports];
    const begun = applyChildGenesis(genesis, { length: all.length, at: (i) => all[i]?.slice() });
    if (!begun.ok) throw new Error(begun.error.code);
    const made = new Map<string, Uint8Array>();
    const order: string[] = [];
    for (const { key, value } of begun.value) {
      made.set(key, value);
      if (key.startsWith(`code/${CITY}/POLE/`)) order.push(key.slice(-4));
    }
    expect(order).toEqual(numbers.map((n) => String(n).padStart(4, "0")));
    for (const [key, value] of rowsOf(parent)) {
      if (!key.startsWith("~order/"))
        expect(hex(made.get(key) ?? new Uint8Array()), key).toBe(hex(value));
    }
  });

  it("commits to its import entries", () => {
    const imports = [...encodeImports(rowsOf(parentLedger()))];
    const genesis = genesisFor(imports);
    const entry = encodeGenesis(genesis);
    const { count, root } = genesis.imports;
    expect(applyChildGenesis(genesis, [entry])).toMatchObject({
      error: { code: "CHILD_ROOT", want: `${count} ${hex(root)}` },
    });
    expect(applyChildGenesis(genesis, [])).toMatchObject({ error: { code: "CHILD_ROOT" } });
    const nothing = genesisFor([...encodeImports([])]);
    expect(nothing.imports.count).toBe(0);
    expect(applyChildGenesis(nothing, [encodeGenesis(nothing)])).toMatchObject({
      error: { code: "CHILD_VALUE", key: codeKey(CITY), why: "missing" },
    });
    expect(applyChildGenesis(genesis, [entry, ...imports, entry])).toMatchObject({
      error: { code: "CHILD_ROOT" },
    });
  });

  it("refuses entries that are none", () => {
    const wrong = (entry: Uint8Array) => {
      const genesis = genesisFor([entry]);
      return applyChildGenesis(genesis, [encodeGenesis(genesis), entry]);
    };
    const row = ["class/X", encodeCbor(1)] as const;
    const entry = (...values: unknown[]) =>
      encodeCbor(["import", { index: 0, values } as unknown as CborValue]);
    const why = (text: string) => ({
      ok: false,
      error: { code: "CHILD_ENTRY", index: 0, why: text },
    });
    expect(wrong(Uint8Array.of(0x82))).toEqual(why("CBOR_TRUNCATED"));
    expect(wrong(encodeCbor(["import", {}]))).toEqual(why("OP_FIELD_MISSING 1/index"));
    expect(wrong(encodeCbor(["import", { index: 1, values: [row as never] }]))).toEqual(
      why("index"),
    );
    expect(wrong(new Uint8Array(61_441))).toEqual(why("size"));
    expect(wrong(entry(row, row))).toEqual({
      ok: false,
      error: { code: "CHILD_ORDER", key: "class/X" },
    });
    expect(wrong(entry(row))).toMatchObject({ error: { code: "CHILD_VALUE", key: "class/X" } });
  });

  it("refuses what somebody above the code has suspended, and takes what the code itself has", () => {
    const suspended = (by: "members" | "city", what: "suspend" | "retire" = "suspend") => {
      const ledger = cityLedger();
      register(ledger, [child(DEPT, "department")]);
      const change = (does: "suspend" | "retire") =>
        ({
          op: "status",
          code: code(DEPT),
          prev: ledger.record(DEPT).control,
          do: does,
          reason: "theft",
        }) as const;
      const both = ["A", "B"].map((id) => ({ iss: `member/${id}`, key: `member ${id}` }));
      if (by === "members") ledger.decide(change("suspend"), both);
      else ledger.must(change("suspend"), city);
      if (what === "retire") ledger.must(change("retire"), city);
      ledger.must(delegateTo(ledger, CITY, new ChildLog(CHILD_ORIGIN)), city);
      return begin(rowsOf(ledger));
    };
    expect(suspended("members")).toEqual({
      ok: false,
      error: { code: "CHILD_SUSPENDED", subject: DEPT, by: "members" },
    });
    expect(suspended("city")).toMatchObject({ ok: true });
    expect(suspended("city", "retire")).toMatchObject({ ok: true });
  });

  it("refuses members and parameters as any genesis does", () => {
    const imports = [...encodeImports(rowsOf(parentLedger()))];
    const genesis = { ...genesisFor(imports), thresholds: { issue: 9, govern: 9 } };
    expect(applyChildGenesis(genesis, [encodeGenesis(genesis), ...imports])).toMatchObject({
      error: { code: "STATE_MEMBERS_THRESHOLD" },
    });
    const policy = { ...genesisFor(imports), policy: "x" };
    expect(applyChildGenesis(policy, [encodeGenesis(policy), ...imports])).toMatchObject({
      error: { code: "POLICY_LINE_END" },
    });
  });
});

describe("an import that does not fit together", () => {
  const rows = new Map<string, Uint8Array>(rowsOf(parentLedger()));
  const [lampKey, deptKey] = [codeKey(code(`${LAMPS}/2`)), codeKey(code(DEPT))];
  const dept = () => decoded(present(rows.get(deptKey), "dept")) as unknown as CodeRecord;
  const keyOfDept = `key/${DEPT}#1/${hex(testKey("dept").kid)}`;
  const registration = present(
    [...rows.keys()].find((key) => key.startsWith("registration/")),
    "a registration",
  );
  const low = `anchor/${CITY}.09`;
  const sealer = `${DEPT}#1/${hex(testKey("dept").kid)}`;
  const page = new Uint8Array(1024).fill(1);

  /** What comes of it when some rows are others, or are left out. */
  function refusal(changes: { readonly [key: string]: unknown }) {
    const changed = new Map(rows);
    for (const [key, value] of Object.entries(changes)) {
      if (value === undefined) changed.delete(key);
      else changed.set(key, value instanceof Uint8Array ? value : encodeCbor(value as CborValue));
    }
    const begun = begin([...changed]);
    return begun.ok ? "taken" : begun.error;
  }
  const misfit = (key: string, why: unknown) => ({ code: "CHILD_VALUE", key, why });
  const value = (key: string) =>
    decoded(present(rows.get(key), key)) as { [name: string]: unknown };

  it("is taken as long as nothing was changed", () => {
    expect(refusal({})).toBe("taken");
  });

  const aDataset = {
    title: { zh: "x" },
    licence: "x",
    contact: "x",
    op: new Uint8Array(32),
    log: { origin: "x", vkeys: ["x"], url: "https://x", op: new Uint8Array(32) },
  };

  const cases: readonly [string, { readonly [key: string]: unknown }, string, unknown][] = [
    ["bytes that are no value", { "class/LAMP": Uint8Array.of(0xff) }, "class/LAMP", "CBOR_TYPE"],
    ["a key of no kind", { "decision/1": 1 }, "decision/1", "key"],
    ["a key without a kind", { decision: 1 }, "decision", "key"],
    ["no record of the code itself", { [codeKey(CITY)]: undefined }, codeKey(CITY), "missing"],
    [
      "a code that is delegated onwards",
      { [codeKey(CITY)]: encodeCbor(parentLedger().record(CITY) as never) },
      codeKey(CITY),
      "delegation",
    ],
    [
      "a policy that nobody can read",
      {
        [codeKey(code(`${CITY}.09`))]: {
          ...value(codeKey(code(`${CITY}.09`))),
          delegation: { ...(value(codeKey(code(`${CITY}.09`))).delegation as object), policy: "x" },
        },
      },
      codeKey(code(`${CITY}.09`)),
      "policy",
    ],
    [
      "a record of somebody else",
      { "code/MA.156.1302": { ...value(lampKey), code: "MA.156.1302" } },
      "code/MA.156.1302",
      "code",
    ],
    ["a record under another key", { "code/x": value(lampKey) }, "code/x", "key"],
    [
      "a record without a field",
      { [lampKey]: { ...value(lampKey), born: 1 } },
      lampKey,
      "OP_FIELD_TYPE born",
    ],
    [
      "an ended generation that never was",
      { [`code/${LAMPS}/2#7`]: { ...value(lampKey), generation: 7 } },
      `code/${LAMPS}/2#7`,
      "reference",
    ],
    [
      "a record that its parent does not list",
      { [`${codeKey(code(`${LAMPS}/9`))}`]: { ...value(lampKey), code: `${LAMPS}/9` } },
      `code/${LAMPS}/9`,
      "order",
    ],
    [
      "a registration that is missing",
      { [registration]: undefined },
      undefined as never,
      "registration",
    ],
    ["a key that is missing", { [keyOfDept]: undefined }, undefined as never, expect.anything()],
    [
      "a key under another kid",
      { [`key/${DEPT}#1/0000000000000000`]: value(keyOfDept) },
      `key/${DEPT}#1/0000000000000000`,
      "key",
    ],
    ["a key of nobody", { "key/x/y": value(keyOfDept) }, "key/x/y", "key"],
    [
      "a key that is closed for no reason",
      { [keyOfDept]: { ...value(keyOfDept), to: 1, why: undefined } },
      keyOfDept,
      expect.anything(),
    ],
    ["a number of nobody", { "alias/MA.156.1301/a/b": {} }, "alias/MA.156.1301/a/b", "code"],
    [
      "a number of somebody else",
      { "alias/MA.156.1301/a/b": { code: "MA.156.1302#1" } },
      "alias/MA.156.1301/a/b",
      "reference",
    ],
    [
      "an anchor that is no checkpoint",
      { [low]: { ...value(low), checkpoint: "x" } },
      low,
      "checkpoint",
    ],
    ["a dataset of nobody", { "dataset/x": {} }, "dataset/x", "key"],
    [
      "a dataset whose log nobody can sign",
      { "dataset/MA.156.1301#1": { ...aDataset, log: { ...aDataset.log, vkeys: ["x"] } } },
      "dataset/MA.156.1301#1",
      "vkeys",
    ],
    [
      "a dataset without a title",
      { "dataset/MA.156.1301#1": { ...aDataset, title: undefined } },
      "dataset/MA.156.1301#1",
      "OP_FIELD_MISSING title",
    ],
    ["seals of nobody", { "seals/x": [[0, 1]] }, "seals/x", "key"],
    [
      "a batch that does not end",
      { [`seals/${sealer}/0`]: { ...value(`seals/${sealer}/0`), count: 0 } },
      `seals/${sealer}/0`,
      "OP_FIELD_LIMIT count",
    ],
    [
      "runs that lie upon each other",
      {
        [`seals/${sealer}`]: [
          [0, 10],
          [9, 1],
        ],
      },
      `seals/${sealer}`,
      expect.stringMatching("OP_FIELD_TYPE"),
    ],
    [
      "a run that goes beyond the last serial",
      { [`seals/${sealer}`]: [[1_048_575, 2]] },
      `seals/${sealer}`,
      expect.stringMatching("OP_FIELD_TYPE"),
    ],
    [
      "seals of a code that is not there",
      { [`seals/${CITY}.77#1/0000000000000000`]: [[0, 1]] },
      `seals/${CITY}.77#1/0000000000000000`,
      "reference",
    ],
    ["a hash of bits under no key", { "unseal/x": 1 }, "unseal/x", "key"],
    [
      "a hash of bits that is none",
      { [`unseal/${sealer}`]: 1 },
      `unseal/${sealer}`,
      "OP_FIELD_TYPE ",
    ],
    ["bits without their hash", { [`unseal/${sealer}`]: undefined }, `~unseal/${sealer}/0`, "key"],
    [
      "a page that no key has",
      { [`~unseal/${sealer}/128`]: encodeCbor(page) },
      `~unseal/${sealer}/128`,
      "key",
    ],
    [
      "a page of another length",
      { [`~unseal/${sealer}/1`]: encodeCbor(page.subarray(1)) },
      `~unseal/${sealer}/1`,
      "OP_FIELD_LIMIT ",
    ],
    [
      "other bits than were withdrawn",
      { [`~unseal/${sealer}/2`]: encodeCbor(page) },
      `unseal/${sealer}`,
      "bits",
    ],
    [
      "children that are missing",
      { [`~order/${LAMPS}/0000000`]: undefined },
      undefined as never,
      expect.anything(),
    ],
    [
      "children in another order",
      { [`~order/${LAMPS}/0000000`]: [`${LAMPS}/1`, `${LAMPS}/2`] },
      codeKey(code(LAMPS)),
      "children",
    ],
    [
      "a child twice",
      { [`~order/${LAMPS}/0000000`]: [`${LAMPS}/2`, `${LAMPS}/2`, `${LAMPS}/1`] },
      codeKey(code(LAMPS)),
      "children",
    ],
    [
      "a child of another",
      { [`~order/${LAMPS}/0000000`]: [`${LAMPS}/2`, DEPT] },
      undefined as never,
      expect.anything(),
    ],
    [
      "an order from elsewhere",
      { [`~order/${LAMPS}/0000009`]: [`${LAMPS}/2`] },
      `~order/${LAMPS}/0000009`,
      "key",
    ],
    [
      "children of nobody",
      { "~order/MA.156.1301.77/0000000": [`${CITY}.77.1`] },
      "~order/MA.156.1301.77/0000000",
      "parent",
    ],
  ];

  it.each(cases)("is refused: %s", (_, changes, key, why) => {
    expect(refusal(changes)).toEqual(misfit(key ?? expect.any(String), why));
  });

  it("is refused when a record claims uses that no open key has", () => {
    const holds = dept().holds.filter((use) => use !== "seal");
    expect(refusal({ [deptKey]: { ...dept(), holds } })).toEqual(misfit(deptKey, "holds"));
  });
});

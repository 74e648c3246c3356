import {
  type Apply,
  type CborValue,
  decodeCbor,
  encodeBlockEntry,
  encodeCbor,
  encodeGenesis,
  encodeImports,
  encodePayload,
  type FoundingValidator,
  type Hash,
  hex,
  type InnerOperation,
  importRoot,
  isImportable,
  type Operation,
  openEnvelope,
  present,
  type RegisterItem,
  type Status,
  selectImport,
} from "../../../src/core/index.ts";
import { bulk } from "../state/kinds/bulk.ts";
import { ChildLog, delegateTo, describing } from "../state/kinds/child-log.ts";
import {
  application,
  child,
  city,
  code,
  fact,
  GENESIS,
  idOf,
  keySpec,
  member,
  named,
  type Signing,
  TestLedger,
  testKey,
} from "../state/kit.ts";

/** Hex of a payload, an entry or a value, by the CDDL rule that it must match and what it shows. */
export type Valid = { readonly [file: string]: string };

const CITY = "MA.156.1301";
const DEPT = `${CITY}.02`;
const LAMPS = `${DEPT}/LAMP`;
const both = [member("A"), member("B")];

const RULES: readonly (readonly [RegExp, string])[] = [
  [/^code\//, "code-record"],
  [/^key\//, "key-record"],
  [/^decision\//, "decision"],
  [/^gazette\//, "gazette-value"],
  [/^class\//, "class-value"],
  [/^manifest\/[0-9a-f]+\/\d+$/, "chunk-taken"],
  [/^manifest\//, "manifest-value"],
  [/^registration\//, "registration"],
  [/^alias\//, "alias-value"],
  [/^anchor\//, "anchor-value"],
  [/^dataset\//, "dataset-value"],
  [/^request\//, "request-value"],
  [/^grant\//, "grant-value"],
  [/^(?:requested|granted)\//, "mark"],
  [/^seals\/[^#]+#\d+\/[0-9a-f]{16}\/\d+$/, "seal-batch"],
  [/^seals\//, "seal-runs"],
  [/^unseal\//, "unseal-value"],
  [/^member\//, "member-value"],
  [/^validator\//, "validator-value"],
  [/^param\//, "param-record"],
];

/** Plays the life of a city through every kind, and keeps the payloads, the entries and all that the map holds then. */
export function makeValid(): Valid {
  const ledger = new TestLedger();
  const files: { [file: string]: string } = {};
  const keep = (rule: string, what: string, bytes: Uint8Array): void => {
    files[`${rule}--${what}`] = hex(bytes);
  };
  const act = (what: string, op: Operation, signing: Signing): Uint8Array => {
    keep(op.op, what, encodePayload(op));
    return ledger.must(op, signing).id;
  };
  const decide = (what: string, inner: InnerOperation): void => {
    keep(inner.op, what, encodePayload(inner));
    keep("propose", what, encodePayload({ op: "propose", inner }));
    ledger.decide(inner, both);
  };
  keep("genesis-entry", "three-members", encodeGenesis(GENESIS));
  const validators = [validating("one")];
  keep("genesis-entry", "one-validator", encodeGenesis({ ...GENESIS, validators }));
  const mapRoot = new Uint8Array(32).fill(1) as Hash;
  const block = { app: 1, time: ledger.now, count: 3, first: 2, height: 1, mapRoot };
  keep("block-entry", "height-1", encodeBlockEntry(block));
  live(ledger, act, decide, keep);
  handOver(ledger, keep);
  for (const [key, value] of [...ledger.values].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const rule = RULES.find(([form]) => form.test(key))?.[1];
    const name = key.split("/").slice(1).join("_").replaceAll("#", "-generation-");
    if (rule !== undefined) keep(rule, name.slice(0, 80), value);
  }
  return files;
}

type Steps = {
  readonly act: (what: string, op: Operation, signing: Signing) => Uint8Array;
  readonly decide: (what: string, inner: InnerOperation) => void;
  readonly keep: (rule: string, what: string, bytes: Uint8Array) => void;
};

function live(
  ledger: TestLedger,
  act: Steps["act"],
  decide: Steps["decide"],
  keep: Steps["keep"],
): void {
  const facts = [fact({ to: "1993-07", successors: [{ code: code(CITY), date: "1993" }] })];
  const items = [{ code: code(CITY), add: [...facts, fact({ from: "1993-07" })] }];
  act("new-facts", { op: "gazette", items }, member("A"));
  decide("lamps", {
    op: "classes",
    items: [
      {
        class: "LAMP",
        names: { zh: "路灯" },
        cjt553: "110101",
        model: "Streetlight",
        stages: ["in-use"],
        public: "cell",
      },
    ],
  });
  apply(ledger, act, keep);
  register(act);
  describe(ledger, act);
  control(ledger, act);
  many(ledger, act, keep);
  seal(act);
  dataset(ledger, act);
  delegate(ledger, act);
  end(ledger, act, decide);
  grants(ledger, act);
}

function apply(ledger: TestLedger, act: Steps["act"], keep: Steps["keep"]): void {
  const passkey = { rpId: "city.example", origin: "https://city.example" };
  const until = Date.UTC(2030, 0) / 1000;
  const keys = [
    keySpec("city", ["data", "govern", "issue", "record", "seal"]),
    keySpec("passkey", ["record"], passkey),
    keySpec("contractor", ["issue"], { scope: { under: code(LAMPS), classes: ["LAMP"], until } }),
  ];
  const bytes = application(CITY, "city", ledger.now, { keys, threshold: 1 });
  const opened = openEnvelope(bytes);
  if (opened.ok)
    keep("application", "city", encodePayload(opened.value.payload as unknown as Apply));
  act("city", { op: "admit", application: bytes }, member("A"));
  const decision = idOf(bytes);
  act("approve", { op: "endorse", decision, vote: "approve" }, member("A"));
  const why = { vote: "approve", reason: "公文齐全" } as const;
  act("with-reason", { op: "endorse", decision, ...why }, member("B"));
}

function register(act: Steps["act"]): void {
  const commit = { commit: new Uint8Array(32).fill(7), validFrom: "2024-02-29" };
  const lamp: RegisterItem = child(`${LAMPS}/0001`, "thing", {
    class: "LAMP",
    geometry: { value: { point: [1_145_000_000, 380_000_000] }, validFrom: "2024-05-01" },
    attributes: {
      height: { value: 8, validFrom: "2024-05-01" },
      lit: { value: true, validFrom: "2024-05-01" },
      owner: commit,
    },
    aliases: [{ scheme: "asset", value: "L-1" }],
    links: [{ rel: "about", href: "https://example.com/1", type: "text/html", lang: "zh" }],
    stage: { value: "in-use", validFrom: "2024-05-01" },
  });
  const keys = [keySpec("chief", ["govern"])];
  const op = {
    op: "register",
    items: [child(DEPT, "department"), child(LAMPS, "class", { class: "LAMP" }), lamp],
  } as const;
  act("department-class-lamp", op, city);
  const more = { keys, threshold: 1, geometry: { ...commit } };
  act("with-keys", { op: "register", items: [child(`${CITY}.03`, "department", more)] }, city);
}

function describe(ledger: TestLedger, act: Steps["act"]): void {
  const ring = [
    [0, 0],
    [0, 1],
    [1, 1],
    [0, 0],
  ] as const;
  const validFrom = "2025-01-01";
  const linked = {
    sha256: new Uint8Array(32),
    url: "https://example.com/a",
    bbox: [0, 0, 1, 1],
  } as const;
  const shapes = {
    line: { line: ring },
    polygon: { polygon: [ring] },
    cell: { cell: [0, 0, 1, 1] },
    linked: { linked },
  } as const;
  for (const [what, value] of Object.entries(shapes)) {
    const { op: prev } = ledger.record(DEPT);
    act(what, { op: "update", code: code(DEPT), prev, geometry: { value, validFrom } }, city);
  }
  const { op: prev } = ledger.record(`${LAMPS}/0001`);
  const aliases = {
    add: [{ scheme: "uic", value: "130100110101000000001" }],
    remove: [{ scheme: "asset", value: "L-1" }],
  };
  const evidence = [{ title: "照片", commit: new Uint8Array(32) }];
  const names = { ...named("路灯一号"), "zh-Latn": { value: "lùdēng", validFrom } };
  const lamp = { code: code(`${LAMPS}/0001`), prev, names, aliases, evidence, links: [] };
  act("lamp", { op: "update", ...lamp }, city);
}

function control(ledger: TestLedger, act: Steps["act"]): void {
  const { control: prev } = ledger.record(CITY);
  const keys = {
    add: [keySpec("clerk", ["issue", "record"])],
    close: [{ kid: testKey("contractor").kid, why: "compromised" as const, since: 1_700_000_000 }],
    relabel: [{ kid: testKey("city").kid, label: "mayor's office" }],
    threshold: 1,
  };
  act("city", { op: "keys", code: CITY, prev, ...keys }, city);
  const status = (of: string, what: Status["do"], more: Partial<Status> = {}): Status => {
    const last = ledger.record(of).control;
    return { op: "status", code: code(of), prev: last, do: what, reason: "test", ...more };
  };
  act("suspend", status(LAMPS, "suspend"), city);
  act("resume", status(LAMPS, "resume"), city);
  const successors = [code(DEPT)];
  act("retire", status(`${CITY}.03`, "retire", { successors }), {
    iss: `${CITY}.03`,
    key: "chief",
  });
  const after = ledger.record(`${CITY}.03`).control;
  const again = child(`${CITY}.03`, "department", { after, names: named("新局") });
  act("anew", { op: "register", items: [again] }, city);
  const recover = (what: "finish" | "cancel") =>
    ({ op: "recover", code: code(DEPT), prev: ledger.record(DEPT).control, do: what }) as const;
  const start = { ...recover("cancel"), do: "start", keys: [keySpec("new", ["govern"])] } as const;
  act("start", start, city);
  act("cancel", recover("cancel"), city);
  act("again", { ...start, prev: ledger.record(DEPT).control }, city);
  ledger.wait(GENESIS.recoveryDelay);
  act("finish", recover("finish"), city);
}

function many(ledger: TestLedger, act: Steps["act"], keep: Steps["keep"]): void {
  const things = [1, 2, 3].map((n) => child(`${CITY}/POLE/${n}`, "thing"));
  act("poles", { op: "register", items: [child(`${CITY}/POLE`, "class")] }, city);
  const parts = bulk("register", `${CITY}/POLE`, [things.slice(0, 2), things.slice(2)]);
  const id = act("register", parts.manifest, city);
  const updates = () =>
    bulk("update", CITY, [
      [{ code: code(`${CITY}/POLE/1`), prev: ledger.record(`${CITY}/POLE/1`).op, links: [] }],
    ]);
  const chunks = (what: string, entries: readonly Uint8Array[]): void => {
    for (const [i, entry] of entries.entries()) keep("chunk-entry", `${what}-${i}`, entry);
    for (const outcome of ledger.block(entries)) present(outcome.ok ? outcome : undefined, what);
  };
  chunks("register", parts.chunks(id));
  const change = updates();
  chunks("update", change.chunks(act("update", change.manifest, city)));
  const prev = ledger.record(`${CITY}/POLE/2`).control;
  const stop = { code: code(`${CITY}/POLE/2`), prev, do: "suspend", reason: "x" } as const;
  const status = bulk("status", CITY, [[stop]]);
  chunks("status", status.chunks(act("status", status.manifest, city)));
  const voided = act(
    "mistake",
    { op: "register", items: [child(`${CITY}.09`, "department")] },
    city,
  );
  act("mistake", { op: "void", registration: voided, reason: "录入错误" }, city);
}

function seal(act: Steps["act"]): void {
  const batch = (first: number, count: number) =>
    ({
      op: "seals",
      code: code(CITY),
      first,
      count,
      root: new Uint8Array(32).fill(first),
    }) as const;
  act("first-batch", batch(0, 100), city);
  act("later-batch", batch(200, 1), city);
  const { kid } = testKey("city");
  const lost = { code: code(CITY), kid, serials: [3, 1_048_575], reason: "铭牌丢失" };
  act("lost", { op: "unseal", ...lost }, city);
}

function dataset(ledger: TestLedger, act: Steps["act"]): void {
  const air = `${CITY}/DATA/AIR`;
  const items = [child(`${CITY}/DATA`, "class"), child(air, "dataset")];
  act("dataset", { op: "register", items }, city);
  const log = new ChildLog("air.test/log");
  const fewest = { title: { zh: "空气质量" }, licence: "CC-BY-4.0", contact: "数据管理科" };
  const terms = {
    ...fewest,
    themes: ["environment", "health"],
    dictionary: [
      { name: "pm25", type: "number", unit: "µg/m³", names: { zh: "细颗粒物", en: "PM2.5" } },
      { name: "note", type: "text" },
    ],
    strict: true as const,
    extent: [1_141_000_000, 377_000_000, 1_150_000_000, 383_000_000] as const,
    rhythm: "PT1H",
    terms: "注明来源。",
  };
  act("fewest", describing(ledger, air, log, fewest), city);
  act("all", describing(ledger, air, log, terms), city);
  const first = [log.first(air, 3, Math.floor(ledger.now / 1000))];
  act("dataset-first", { op: "anchor", items: first }, city);
}

function grants(ledger: TestLedger, act: Steps["act"]): void {
  const asked = {
    actions: ["read", "subscribe", "export"],
    attributes: ["pm25", "place"],
    area: [1_141_000_000, 377_000_000, 1_150_000_000, 383_000_000],
    time: { since: 1_750_000_000, before: 1_790_000_000 },
    until: 1_800_000_000,
  } as const;
  const [dataset, log] = [code(`${CITY}/DATA/AIR`), "air.test/log"];
  const ask = { op: "request", code: code(DEPT), dataset, log, purpose: "空气质量对比" } as const;
  const everything = act("fewest", { ...ask, actions: ["read"] }, city);
  const request = act("all", { ...ask, ...asked }, city);
  const head = { op: "grant", code: dataset, log } as const;
  act(
    "answer",
    { ...head, request, ...asked, time: { since: 1_760_000_000, before: 1_770_000_000 } },
    city,
  );
  act("everybody", { ...head, to: "*", actions: ["read"], time: { before: 1_700_000_000 } }, city);
  const grant = act("whole", { ...head, request: everything, actions: ["read"] }, city);
  ledger.wait(60);
  act("grant", { op: "revoke", code: dataset, grant, reason: "用途已完成" }, city);
}

function delegate(ledger: TestLedger, act: Steps["act"]): void {
  const parks = `${CITY}.04`;
  act("parks", { op: "register", items: [child(parks, "department")] }, city);
  const head = () => ({ code: code(parks), prev: ledger.record(parks).control });
  const [log, again] = [new ChildLog(), new ChildLog("again.test/log")];
  act("start", delegateTo(ledger, parks, log), city);
  act("end", { op: "delegate", ...head(), do: "end", reason: "节点停用" }, city);
  act("start-again", delegateTo(ledger, parks, again), city);
  const url = "https://again.test:8443";
  act("change", { op: "delegate", ...head(), do: "change", policy: again.policy, url }, city);
  const now = () => Math.floor(ledger.now / 1000);
  act("first", { op: "anchor", items: [again.first(parks, 5, now())] }, city);
  ledger.wait(60);
  act("next", { op: "anchor", items: [again.next(parks, 5, 12, now())] }, city);
  ledger.wait(60);
  act("reset", { op: "anchor", items: [again.first(parks, 7, now(), "硬盘损坏")] }, city);
}

function end(ledger: TestLedger, act: Steps["act"], decide: Steps["decide"]): void {
  act("post", { op: "register", items: [child(`${DEPT}/POST`, "class")] }, city);
  const at = (of: string) => ({ code: code(of), prev: ledger.record(of).op });
  const terms = { date: "2026-01-01", source: "公文", grants: "end", delegation: "carry" } as const;
  const rename = {
    op: "succeed",
    type: "rename",
    from: [at(LAMPS)],
    to: [at(`${DEPT}/POST`)],
    ...terms,
  } as const;
  act("rename", rename, { iss: DEPT, key: "new" });
  const opOf = (key: string): Uint8Array => (ledger.get(key) as { op: Uint8Array }).op;
  const replace = [fact({ to: "2026" })];
  decide("replaced-facts", {
    op: "gazette",
    items: [{ code: code(CITY), prev: opOf(`gazette/${CITY}`), replace }],
  });
  const joining = { id: "D", names: { zh: "机构D" }, keys: [keySpec("member D", ["issue"])] };
  const ways = { node: "https://d.example", recipient: "age1qqqq", threshold: 1 };
  decide("join", { op: "member", ...joining, ...ways, keys: [keySpec("D", ["govern", "issue"])] });
  decide("leave", { op: "member", id: "D", prev: opOf("member/D"), leave: true });
  const [first, second] = [validating("first"), validating("second")];
  const open = { address: "one.example:26656", url: "https://one.example", cosigner: "one+0+A" };
  decide("first", { op: "validator", ...first, ...open, power: 1 });
  decide("watching", { op: "validator", ...second, power: 0 });
  const gone = { id: "second", prev: opOf("validator/second"), leave: true } as const;
  decide("gone", { op: "validator", ...gone });
  decide("order", { op: "param", name: "order", value: "validators" });
  decide("upgrade", { op: "param", name: "upgrade", value: { app: 2, height: 1000 } });
  const later = { app: 2, height: 2000 };
  decide("later", { op: "param", name: "upgrade", prev: opOf("param/upgrade"), value: later });
  const policy = { now: "quorum none\n", next: "quorum none\n" };
  decide("policy", { op: "param", name: "policy", prev: opOf("param/policy"), value: policy });
  decide("window", {
    op: "param",
    name: "voidWindow",
    prev: opOf("param/voidWindow"),
    value: 86_400,
  });
  const delay = { name: "recoveryDelay", prev: opOf("param/recoveryDelay"), value: 60 } as const;
  decide("delay", { op: "param", ...delay });
  const value = { issue: 1, govern: 2 };
  const prev = opOf("param/thresholds");
  decide("thresholds", { op: "param", name: "thresholds", prev, value });
}

function validating(id: string): FoundingValidator {
  const key = testKey(id).key.get(-2) as Uint8Array;
  return { id, key, peer: key.subarray(0, 20) };
}

/** What the ledger of the parks would begin with. */
function handOver(ledger: TestLedger, keep: Steps["keep"]): void {
  const top = code(`${CITY}.04`);
  const rows = [...ledger.values].filter(([key]) => isImportable(key, top));
  rows.sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  const imports = [...encodeImports(selectImport(rows, top))];
  for (const [i, entry] of imports.entries()) keep("import-entry", `parks-${i}`, entry);
  const { names: _, countries: __, ...beginning } = GENESIS;
  const checkpoint = new ChildLog(GENESIS.origin).checkpoint(7, Math.floor(ledger.now / 1000));
  const parent = { origin: GENESIS.origin, code: top, checkpoint, mapRoot: new Uint8Array(32) };
  const origin = "again.test/log";
  const genesis = { ...beginning, origin, parent, imports: importRoot(imports) };
  keep("genesis-entry", "child", encodeGenesis(genesis));
}

/** Decodes and encodes again: the vectors are in their one deterministic spelling. */
export function spelledAgain(bytes: Uint8Array): Uint8Array | undefined {
  const value = decodeCbor(bytes);
  return value.ok ? encodeCbor(value.value as CborValue) : undefined;
}

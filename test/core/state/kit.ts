import { publicEd25519, sha256, signEd25519 } from "#crypto";
import {
  type Apply,
  applyBlock,
  applyGenesis,
  type CborValue,
  type Change,
  type Code,
  type CodeRecord,
  codeKey,
  coseKey,
  decodeCbor,
  effectiveStatus,
  encodeCbor,
  encodeGenesis,
  encodePayload,
  encodeSign1,
  type GazetteFact,
  type Genesis,
  type Hash,
  type InnerOperation,
  type KeySpec,
  type KeyUse,
  keyIdentifier,
  type MapKey,
  OPERATION_TYPE,
  type Operation,
  parseCode,
  present,
  type Refusal,
  type RegisterItem,
  readItem,
  type StateReader,
  sigStructure,
  utf8,
  type ValueReader,
  verifySignature,
} from "../../../src/core/index.ts";

// A ledger as small as can be: values in a Map, one block for each call. The rules are the real ones.

export const ORIGIN = "ledger.test/log";
export const START_MILLISECONDS: number = Date.UTC(2026, 10, 22, 6, 0, 0);

/** A key made from a word, the same in every run. */
export type TestKey = {
  readonly kid: Uint8Array;
  readonly seed: Uint8Array;
  readonly key: KeySpec["key"];
};

export function testKey(word: string): TestKey {
  const seed = sha256(utf8(`test key ${word}`));
  const key = coseKey({ kind: "ed25519", bytes: publicEd25519(seed) });
  return { seed, key, kid: keyIdentifier(key) };
}

export function keySpec(
  word: string,
  uses: readonly KeyUse[],
  more: Partial<KeySpec> = {},
): KeySpec {
  return { key: testKey(word).key, uses: [...uses].sort(), label: word, ...more };
}

export const ALL: readonly KeyUse[] = ["govern", "issue", "record", "seal", "data"];

export function code(text: string): Code {
  const parsed = parseCode(text);
  if (!parsed.ok) throw new Error(`${text}: ${parsed.error.code}`);
  return parsed.value;
}

export function named(zh: string, validFrom = "2020-01-01"): Apply["names"] {
  return { zh: { value: zh, validFrom } };
}

export const GENESIS: Genesis = {
  app: 1,
  origin: ORIGIN,
  time: START_MILLISECONDS,
  names: named("统一标识"),
  countries: [{ country: "156", names: named("中国") }],
  members: ["A", "B", "C"].map((id) => ({
    id,
    names: { zh: `机构${id}` },
    keys: [keySpec(`member ${id}`, ["govern", "issue"])],
  })),
  thresholds: { issue: 2, govern: 2 },
  recoveryDelay: 7 * 24 * 3600,
  voidWindow: 30 * 24 * 3600,
  policy: "quorum none\n",
};

export type Signing = {
  readonly iss: string;
  readonly key: string;
  readonly iat?: number;
  readonly aud?: string;
};

/** Signs a payload as its operation. */
export function sign(
  body: Operation | Apply,
  { iss, key, iat, aud = ORIGIN }: Signing,
  now: number,
): Uint8Array {
  const { kid, seed } = testKey(key);
  const claims = new Map<number, CborValue>([
    [1, iss],
    [3, aud],
    [6, iat ?? Math.floor(now / 1000)],
  ]);
  const header = new Map<number, CborValue>([
    [1, -8],
    [3, OPERATION_TYPE],
    [4, kid],
    [15, claims],
  ]);
  const protectedBytes = encodeCbor(header);
  const payload = encodePayload(body);
  const signature = signEd25519(seed, sigStructure(protectedBytes, payload));
  return encodeSign1({ protectedBytes, payload, signature });
}

type Accepted = { readonly ok: true; readonly hash: Hash; readonly id: Uint8Array };
type Outcome = Accepted | { readonly ok: false; readonly error: Refusal };

export class TestLedger implements StateReader {
  readonly values = new Map<string, Uint8Array>();
  readonly changes: Change[] = [];
  /** The entries of each block that left a trace, after the genesis. */
  readonly blocks: {
    readonly timeMilliseconds: number;
    readonly entries: readonly Uint8Array[];
  }[] = [];
  size = 2;
  now: number = START_MILLISECONDS;

  constructor(genesis: Genesis = GENESIS) {
    const applied = applyGenesis(genesis, encodeGenesis(genesis));
    if (!applied.ok) throw new Error(applied.error.code);
    this.#take(applied.value);
  }

  get(key: string): CborValue | undefined {
    const bytes = this.values.get(key);
    if (bytes === undefined) return undefined;
    const value = decodeCbor(bytes);
    if (!value.ok) throw new Error(`${key}: ${value.error.code}`);
    return value.value;
  }

  value<T>(key: MapKey<T>): T {
    return present(this.get(key), key) as T;
  }

  /** Puts a value that would take too many operations to come about. */
  set<T>(key: MapKey<T>, value: T): void {
    this.values.set(key, encodeCbor(value as CborValue));
  }

  record(text: string): CodeRecord {
    return this.value(codeKey(code(text)));
  }

  /** Applies one block of raw items. */
  block(items: readonly Uint8Array[]): readonly Outcome[] {
    const read = items.map(readItem);
    const applied = applyBlock(this, {
      origin: ORIGIN,
      timeMilliseconds: this.now,
      height: this.blocks.length + 1,
      first: this.size,
      items: read,
      check: (key, envelope) =>
        verifySignature(key, envelope.alg, envelope.sigStructure, envelope.sign1).ok,
    });
    this.#take(applied.changes);
    if (applied.entries.length > 0) {
      this.size += applied.entries.length + 1;
      this.blocks.push({ timeMilliseconds: this.now, entries: applied.entries });
    }
    return applied.results.map((result, i) => {
      const item = present(read[i], "item");
      const id = item.kind === "operation" ? item.envelope.id : item.hash;
      return result.ok ? { ok: true, hash: item.hash, id } : { ok: false, error: result.error };
    });
  }

  /** Signs and applies one operation as a block of its own. */
  do(body: Operation, signing: Signing): Outcome {
    return present(this.block([sign(body, signing, this.now)])[0], "outcome");
  }

  /** As `do`, where anything but success is the test's own mistake. */
  must(body: Operation, signing: Signing): Accepted {
    const outcome = this.do(body, signing);
    if (!outcome.ok) throw new Error(JSON.stringify(outcome.error));
    return outcome;
  }

  /** The refusal of an operation that must not be taken; nothing may have changed. */
  refused(body: Operation, signing: Signing): Refusal {
    return this.refusedItem(sign(body, signing, this.now));
  }

  refusedItem(item: Uint8Array): Refusal {
    const before = this.changes.length;
    const outcome = present(this.block([item])[0], "outcome");
    if (outcome.ok) throw new Error("was taken");
    if (this.changes.length !== before) throw new Error("a refused item changed something");
    return outcome.error;
  }

  /** Proposes as the first, approves as the others. @returns the id of the decision */
  decide(inner: InnerOperation, voters: readonly Signing[]): Uint8Array {
    const [first, ...others] = voters;
    const { id } = this.must({ op: "propose", inner }, present(first, "who proposes"));
    for (const voter of others) this.must({ op: "endorse", decision: id, vote: "approve" }, voter);
    return id;
  }

  /** As `decide`, where the last vote is refused. */
  undecided(inner: InnerOperation, voters: readonly Signing[]): Refusal {
    const { id } = this.must({ op: "propose", inner }, present(voters[0], "who proposes"));
    for (const voter of voters.slice(1, -1)) {
      this.must({ op: "endorse", decision: id, vote: "approve" }, voter);
    }
    const last = present(voters.at(-1), "who votes last");
    return this.refused({ op: "endorse", decision: id, vote: "approve" }, last);
  }

  effective(text: string): string {
    return effectiveStatus(this as ValueReader, this.record(text)).status;
  }

  wait(seconds: number): void {
    this.now += seconds * 1000;
  }

  #take(changes: readonly Change[]): void {
    for (const change of changes) this.values.set(change.key, change.value);
    this.changes.push(...changes);
  }
}

export const member = (id: string): Signing => ({ iss: `member/${id}`, key: `member ${id}` });
export const city: Signing = { iss: "MA.156.1301", key: "city" };

/** A ledger with Shijiazhuang issued and one department below it. */
export function cityLedger(threshold = 1): TestLedger {
  const ledger = new TestLedger();
  ledger.must(
    {
      op: "gazette",
      items: [
        {
          code: code("MA.156.1301"),
          add: [{ names: { zh: "石家庄市" }, level: "prefecture", from: "1981", source: "test" }],
        },
      ],
    },
    member("A"),
  );
  const application = sign(
    {
      op: "apply",
      code: code("MA.156.1301"),
      names: named("石家庄市"),
      keys: [keySpec("city", ALL), ...(threshold > 1 ? [keySpec("city two", ALL)] : [])],
      ...(threshold > 1 ? { threshold } : {}),
      evidence: [{ title: "公文", commit: sha256(utf8("evidence")) }],
    },
    city,
    ledger.now,
  );
  ledger.must({ op: "admit", application }, member("A"));
  const decision = idOf(application);
  ledger.must({ op: "endorse", decision, vote: "approve" }, member("A"));
  ledger.must({ op: "endorse", decision, vote: "approve" }, member("B"));
  return ledger;
}

/** A registered child of Shijiazhuang or below. */
export function child(
  text: string,
  kind: RegisterItem["kind"],
  more: Partial<RegisterItem> = {},
): RegisterItem {
  return { code: code(text), kind, names: named(text), ...more };
}

/** Registers children by the city's key, or another; returns the id of the registration. */
export function register(
  ledger: TestLedger,
  items: readonly RegisterItem[],
  signing: Signing = city,
): Uint8Array {
  return ledger.must({ op: "register", items }, signing).id;
}

/** Gazette facts of a division. */
export function fact(more: Partial<GazetteFact> = {}): GazetteFact {
  return { names: { zh: "某市" }, level: "prefecture", from: "1981", source: "test", ...more };
}

/** An application for a division, signed by the key `key` of its own. */
export function application(
  text: string,
  key: string,
  now: number,
  more: Partial<Apply> & {
    readonly iat?: number;
    readonly iss?: string;
    readonly aud?: string;
  } = {},
): Uint8Array {
  const { iat, iss = text, aud, ...fields } = more;
  return sign(
    {
      op: "apply",
      code: code(text),
      names: named(text),
      keys: [keySpec(key, ALL)],
      evidence: [{ title: "公文", commit: sha256(utf8("evidence")) }],
      ...fields,
    },
    { iss, key, ...(iat === undefined ? {} : { iat }), ...(aud === undefined ? {} : { aud }) },
    now,
  );
}

/** The id that what these signed bytes carry will stand under. */
export function idOf(signed: Uint8Array): Uint8Array {
  const item = readItem(signed);
  if (item.kind !== "operation") throw new Error("not an operation");
  return item.envelope.id;
}

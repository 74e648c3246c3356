import {
  type Code,
  type CodeRecord,
  codeKey,
  type Item,
  type KeyRecord,
  keyKey,
  type OperationCheck,
  type PreparedSignature,
  type PublicKey,
  prepareSignatureBy,
  publicKeyFor,
  referenceTo,
  type StateReader,
  verifySignature,
} from "../core/index.ts";
import { ByHash } from "./by-hash.ts";
import type { SignaturePool } from "./stores.ts";

type SignedItem = Extract<Item, { kind: "operation" }>;
type Job = {
  readonly item: SignedItem;
  readonly key: KeyRecord;
  readonly prepared: PreparedSignature;
};

/** By which key a signature is judged. `good` comes with the answer. */
type Verdict = { readonly key: KeyRecord; good?: boolean };

/**
 * Signatures checked off the main thread before their block is made. The rules ask again for each signature, with the key
 * that holds then: the answer is taken from here where the key is still the same one, else computed on the spot.
 */
export class Precheck {
  readonly #pool: SignaturePool;
  /** Also of those that are being checked: what is forgotten meanwhile does not come back with the answer. */
  readonly #verdicts = new ByHash<Verdict>();

  constructor(pool: SignaturePool) {
    this.#pool = pool;
  }

  /** Checks what can be checked now: where the issuer holds the key already. */
  async run(state: StateReader, items: readonly Item[]): Promise<void> {
    const jobs = items
      .flatMap((item) => jobFor(state, item) ?? [])
      .filter(({ item, key }) => {
        const known = this.#verdicts.get(item.hash);
        return known?.key !== key || known.good === undefined;
      });
    if (jobs.length === 0) return;
    const verdicts = jobs.map((job) => this.#awaited(job));
    const good = await this.#pool.checkBatch(jobs.map(({ prepared }) => prepared));
    for (const [i, verdict] of verdicts.entries()) verdict.good = good[i] === true;
  }

  /** One for all who ask at once. */
  #awaited({ item, key }: Job): Verdict {
    const known = this.#verdicts.get(item.hash);
    if (known?.key === key) return known;
    const verdict = { key };
    this.#verdicts.set(item.hash, verdict);
    return verdict;
  }

  readonly check: OperationCheck = (key, envelope, hash) => {
    const verdict = this.#verdicts.get(hash);
    if (verdict?.key === key && verdict.good !== undefined) return verdict.good;
    return verifySignature(key, envelope.alg, envelope.sigStructure, envelope.sign1).ok;
  };

  /** Whether a signature was found wrong, by the key that held then. */
  isWrong(hash: Uint8Array): boolean {
    return this.#verdicts.get(hash)?.good === false;
  }

  /** Forgets an item that has been answered. */
  forget(hash: Uint8Array): void {
    this.#verdicts.delete(hash);
  }
}

function jobFor(state: StateReader, item: Item): Job | undefined {
  if (item.kind !== "operation") return undefined;
  const key = likelyKey(state, item);
  if (key === undefined) return undefined;
  const { alg, sigStructure, sign1 } = item.envelope;
  const publicKey = publicKeyOf(key, alg);
  if (publicKey === undefined) return undefined;
  const prepared = prepareSignatureBy(publicKey, key, sigStructure, sign1);
  return prepared.ok ? { item, key, prepared: prepared.value } : undefined;
}

/** A key signs thousands of times, and reading it takes as long as all else that is prepared. */
const READ = new WeakMap<KeyRecord, { readonly alg: number; readonly publicKey: PublicKey }>();

function publicKeyOf(key: KeyRecord, alg: number): PublicKey | undefined {
  const known = READ.get(key);
  if (known?.alg === alg) return known.publicKey;
  const read = publicKeyFor(key.key, alg);
  if (!read.ok) return undefined;
  READ.set(key, { alg, publicKey: read.value });
  return read.value;
}

/** The key that the operation names, if the issuer holds it at present. */
function likelyKey(state: StateReader, { envelope }: SignedItem): KeyRecord | undefined {
  const { iss, kid } = envelope;
  const holder = iss.startsWith("member/") ? iss : holderOf(state, iss as Code);
  if (holder === undefined) return undefined;
  return state.get(keyKey(holder, kid)) as KeyRecord | undefined;
}

function holderOf(state: StateReader, code: Code): string | undefined {
  const record = state.get(codeKey(code)) as CodeRecord | undefined;
  return record === undefined ? undefined : referenceTo(record);
}

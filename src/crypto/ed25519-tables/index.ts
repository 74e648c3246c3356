import sodium from "sodium-native";
import type { Ed25519Signed } from "../contract.ts";
import { isEd25519KeyWellFormed, isEd25519WellFormed } from "../ed25519-well-formed.ts";
import { basePoint, decodePoint, negated } from "./curve.ts";
import { Field } from "./field.ts";
import { FrequentKeys, type FrequentKeysOptions } from "./frequent-keys.ts";
import { MAX_SUMS, type Sum, Sums } from "./sums.ts";
import { digitsOf, TABLE_BYTES, TableMaker } from "./table.ts";

// A table has 0.65 MB and takes as long as 80 to 150 checks; each that it serves takes less than half of what it takes
// without. 32 places are 21 MB for each thread that checks signatures, once so many keys sign often.
const FREQUENT: FrequentKeysOptions = { places: 32, usesBefore: 256, halvedAfter: 65_536 };

/** With the tables it costs as much to check one signature as to check four, and more than without. */
const LEAST_TOGETHER = 2;

type Chosen = { readonly index: number; readonly signed: Ed25519Signed; readonly table: number };

/**
 * Checks Ed25519 signatures of keys that sign often by tables of their multiples: R' = S·B − h·A is computed and its encoding
 * compared with R, as RFC 8032 §5.1.7 says for a single signature, so no verdict depends on another one's.
 *
 * All else is the platform's: signatures of other keys, those that are not well-formed, and those that are not right by the
 * tables, which it is asked about once more.
 */
export class Ed25519Tables {
  readonly #verifyOne: (signed: Ed25519Signed) => boolean;
  readonly #keys: FrequentKeys;
  readonly #tables: number[] = [];
  #arithmetic: { field: Field; maker: TableMaker; sums: Sums } | undefined;

  constructor(
    verifyOne: (signed: Ed25519Signed) => boolean,
    options: FrequentKeysOptions = FREQUENT,
  ) {
    this.#verifyOne = verifyOne;
    this.#keys = new FrequentKeys(options);
  }

  /** Whether each of the signatures is right, in order. */
  verifyEach(signed: readonly Ed25519Signed[]): boolean[] {
    // First all keys are counted and tables made, then signatures checked: until then a table may become another key's.
    for (const { publicKey } of signed) this.#count(publicKey);
    const verdicts: boolean[] = [];
    const chosen: Chosen[] = [];
    for (const [index, each] of signed.entries()) {
      const table = this.#tableOf(each.publicKey);
      if (table === undefined || !isEd25519WellFormed(each.publicKey, each.signature)) {
        verdicts[index] = this.#verifyOne(each);
      } else chosen.push({ index, signed: each, table });
    }
    for (let at = 0; at < chosen.length; at += MAX_SUMS) {
      this.#verifyChosen(chosen.slice(at, at + MAX_SUMS), verdicts);
    }
    return verdicts;
  }

  #count(publicKey: Uint8Array): void {
    const key = nameOf(publicKey);
    const place = this.#keys.count(key);
    if (place === undefined) return;
    const point = isEd25519KeyWellFormed(publicKey) ? decodePoint(publicKey) : undefined;
    if (point === undefined) return;
    const { field, maker } = this.#begun();
    this.#keys.vacate(place);
    const table = this.#tables[place] ?? field.take(TABLE_BYTES);
    this.#tables[place] = table;
    maker.write(table, negated(point));
    this.#keys.give(key, place);
  }

  #tableOf(publicKey: Uint8Array): number | undefined {
    const place = this.#keys.placeOf(nameOf(publicKey));
    return place === undefined ? undefined : this.#tables[place];
  }

  /** What computes; made when the first key gets its table. */
  #begun(): { field: Field; maker: TableMaker; sums: Sums } {
    if (this.#arithmetic !== undefined) return this.#arithmetic;
    const field = new Field();
    const maker = new TableMaker(field);
    const baseTable = field.take(TABLE_BYTES);
    maker.write(baseTable, basePoint());
    this.#arithmetic = { field, maker, sums: new Sums(field, baseTable) };
    return this.#arithmetic;
  }

  #verifyChosen(chosen: readonly Chosen[], verdicts: boolean[]): void {
    if (chosen.length < LEAST_TOGETHER) {
      for (const { index, signed } of chosen) verdicts[index] = this.#verifyOne(signed);
      return;
    }
    const encoded = this.#begun().sums.encode(chosen.map(sumOf));
    for (const [i, { index, signed }] of chosen.entries()) {
      verdicts[index] = isAt(encoded, 32 * i, signed.signature) || this.#verifyOne(signed);
    }
  }
}

function nameOf(publicKey: Uint8Array): string {
  return Buffer.from(publicKey.buffer, publicKey.byteOffset, publicKey.length).toString("latin1");
}

function sumOf({ signed, table }: Chosen): Sum {
  const baseDigits = digitsOf(signed.signature.subarray(32));
  return { table, baseDigits, digits: digitsOf(hashed(signed)) };
}

const hash = new Uint8Array(64);
const reduced = new Uint8Array(32);

/** SHA-512 of R, A and the message, modulo the order of B; overwritten by the next. RFC 8032 §5.1.7, 2 */
function hashed({ publicKey, message, signature }: Ed25519Signed): Uint8Array {
  const whole = new Uint8Array(64 + message.length);
  whole.set(signature.subarray(0, 32));
  whole.set(publicKey, 32);
  whole.set(message, 64);
  sodium.crypto_hash_sha512(hash, whole);
  sodium.crypto_core_ed25519_scalar_reduce(reduced, hash);
  return reduced;
}

/** Whether the 32 bytes at an offset are those that the signature begins with. */
function isAt(encoded: Uint8Array, at: number, signature: Uint8Array): boolean {
  for (let i = 0; i < 32; i++) if (encoded[at + i] !== signature[i]) return false;
  return true;
}

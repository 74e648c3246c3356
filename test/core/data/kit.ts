import { signEd25519 } from "#crypto";
import {
  type CborValue,
  composeEntry,
  type DataEntry,
  decodeEntry,
  encodeEntry,
  type Fact,
  type Observation,
  observationsRoot,
  sha256,
  utf8,
} from "../../../src/core/index.ts";
import { code, testKey } from "../state/kit.ts";

/** A fact with a salt made from its name and value: the same in every run. */
export function fact(name: string, value: CborValue): Fact {
  return { salt: sha256(utf8(`${name} ${JSON.stringify(value)}`)).slice(0, 16), name, value };
}

export const READING: Observation = [
  fact("id", "MA.156.1301.02/AIR/7"),
  fact("pm25", { decimal: "12.5" }),
  fact("type", "AirQualityObserved"),
];

/** An entry that says these observations, signed by a key made from a word. */
export function signed(
  source: string,
  word: string,
  {
    observations = [READING],
    audience = "air.test/log",
    iatSeconds,
    alg = -8,
  }: {
    readonly observations?: readonly Observation[];
    readonly audience?: string;
    readonly iatSeconds: number;
    readonly alg?: number;
  },
): DataEntry {
  const { kid, seed } = testKey(word);
  const said = { count: observations.length, root: observationsRoot(observations) };
  const claims = { source: code(source), audience, iatSeconds, ...said };
  const unsigned = composeEntry(claims, { alg, kid });
  const read = decodeEntry(encodeEntry(unsigned, signEd25519(seed, unsigned.message)));
  if (!read.ok) throw new Error(JSON.stringify(read.error));
  return read.value;
}

import {
  anchorKey,
  type CborValue,
  datasetKey,
  effectiveKeys,
  encodeCbor,
  type NoteSigner,
  type ValueReader,
} from "../../src/core/index.ts";
import { signer } from "../core/note/keys.ts";
import { describing } from "../core/state/kinds/child-log.ts";
import { child, cityLedger, code, keySpec, register } from "../core/state/kit.ts";
import { proveText } from "./kit.ts";

export const OFFICE = "MA.156.1301.02";
export const AIR = "MA.156.1301.02/DATA/AIR";
export const REFERENCE = "MA.156.1301.02/DATA/AIR#1";
/** The log of the dataset. */
export const LOG: NoteSigner = signer("air.test/log", "ed25519", 20);

type AirLedger = ReturnType<typeof cityLedger>;

/** A ledger with a dataset, of whose log it keeps this checkpoint. */
export function airLedger(checkpoint: string): AirLedger {
  const made = cityLedger();
  const keys = [keySpec("gateway", ["data"]), keySpec("clerk", ["record"])];
  register(made, [child(OFFICE, "department", { keys })]);
  register(made, [child(`${OFFICE}/DATA`, "class"), child(AIR, "dataset")]);
  const by = { iss: OFFICE, key: "clerk" };
  made.must(describing(made, AIR, { log: LOG, policy: "" } as never), by);
  made.set(anchorKey(code(AIR)), {
    op: new Uint8Array(32),
    delegation: made.value(datasetKey(REFERENCE)).log.op,
    checkpoint,
    at: 1_700_000_000_000,
  });
  return made;
}

/** What the ledger proves of the dataset and of these keys, with values replaced or left out. */
export function proofOf(
  ledger: AirLedger,
  changes: { readonly [key: string]: unknown } = {},
  first: string = datasetKey(REFERENCE),
  ...more: readonly string[]
): unknown {
  const values = new Map(ledger.values);
  for (const [key, value] of Object.entries(changes)) {
    values.set(key, value instanceof Uint8Array ? value : encodeCbor(value as CborValue));
  }
  const effective = effectiveKeys(ledger as unknown as ValueReader, code(AIR));
  const all = new Set([first, anchorKey(code(AIR)), ...more, ...effective]);
  const keys = [...all].filter((key) => !(key in changes) || changes[key] !== undefined);
  return JSON.parse(proveText(values, { keys }));
}

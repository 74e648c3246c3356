import {
  cosign,
  err,
  formatCheckpointText,
  formatNote,
  formatSignatureLine,
  formatVerifierKey,
  type Hash,
  type NoteSignature,
  type NoteSigner,
  ok,
  parseCheckpoint,
  type Result,
  type VerifierKey,
} from "../core/index.ts";
import { judgeOrigin } from "./judge.ts";
import type { AddCheckpoint } from "./request.ts";
import { originHash, type Witness, type WitnessRefusal } from "./witness.ts";

/** A state that this validator has committed itself. */
export type CommittedHead = {
  readonly origin: string;
  readonly size: number;
  readonly root: Hash;
  readonly checkpoint: string;
};

export type ValidatorDependencies = {
  /** The validator's key for cosignatures, used for nothing else. */
  readonly signer: NoteSigner;
  readonly head: CommittedHead;
  /** The keys of the log. */
  readonly keys: () => readonly VerifierKey[];
  /** Unix milliseconds. */
  readonly clock: () => number;
  /** Ends the patience of who asks for a block that has not come. */
  readonly pause: (milliseconds: number, then: () => void) => void;
};

/** A validator as a witness of its own ledger. */
export type ValidatorWitness = Witness & {
  /** The validator has committed a block: only that makes it cosign. */
  committed(head: CommittedHead): void;
};

/** Cosignatures of so many blocks are kept for others, who ask at their own pace. */
const KEPT_BLOCKS = 1024;

/** A block that another validator has committed is here within moments, or not soon. */
const PATIENCE_MILLISECONDS = 3000;

type Cosigned = { readonly text: string; readonly line: NoteSignature };

/**
 * Cosigns what its own validator has committed, and nothing else: whoever has the log's key may ask for a cosignature of a
 * state that never was, and gets none. Asked in the manner of c2sp.org/tlog-witness.
 *
 * Never signs an older state after a newer one: of earlier blocks it shows what it signed then.
 */
export function createValidatorWitness(dependencies: ValidatorDependencies): ValidatorWitness {
  const { signer, keys, clock, pause } = dependencies;
  const cosigned = new Map<number, Cosigned>();
  const waiting = new Set<{ readonly size: number; readonly wake: () => void }>();
  let head = dependencies.head;

  function sign(): Cosigned {
    const text = formatCheckpointText(head);
    const signed = { text, line: cosign(text, signer, Math.floor(clock() / 1000)) };
    cosigned.set(head.size, signed);
    return signed;
  }

  function committed(newest: CommittedHead): void {
    head = newest;
    sign();
    for (const old of cosigned.keys()) {
      if (cosigned.size <= KEPT_BLOCKS) break;
      cosigned.delete(old);
    }
    for (const each of waiting) if (each.size <= head.size) each.wake();
  }

  function until(size: number): Promise<void> {
    return new Promise((resolve) => {
      const one = {
        size,
        wake() {
          waiting.delete(one);
          resolve();
        },
      };
      waiting.add(one);
      pause(PATIENCE_MILLISECONDS, one.wake);
    });
  }

  async function add(request: AddCheckpoint): Promise<Result<string, WitnessRefusal>> {
    const { origin, size } = request.checkpoint;
    const judged = judgeOrigin(request, origin === head.origin ? keys() : []);
    if (!judged.ok) return judged;
    if (size > head.size) await until(size);
    const kept = size === head.size ? sign() : cosigned.get(size);
    if (kept === undefined) {
      return err({ code: "WITNESS_SIZE", got: request.oldSize, want: head.size });
    }
    if (kept.text !== request.checkpoint.note.text) return err({ code: "WITNESS_ROOT", size });
    return ok(formatSignatureLine(kept.line));
  }

  committed(head);
  return {
    vkey: formatVerifierKey(signer.key),
    add,
    committed,
    async latest(hash) {
      const kept = cosigned.get(head.size);
      const parsed = parseCheckpoint(head.checkpoint);
      if (hash !== originHash(head.origin) || kept === undefined || !parsed.ok) return undefined;
      const { text, signatures } = parsed.value.note;
      return formatNote({ text, signatures: [...signatures, kept.line] });
    },
  };
}

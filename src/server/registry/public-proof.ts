import {
  type Code,
  codeKey,
  effectiveKeys,
  type MapKey,
  type ValueReader,
} from "../../core/index.ts";
import type { StateProof } from "../../ledger/index.ts";
import type { Services } from "../services.ts";
import { decodeValue } from "../state.ts";

/** A proof with the checkpoint that it is under, as it is shown. */
export type PublicProof = { readonly proof: StateProof; readonly note: string };

type ProofServices = Pick<Services, "ledger" | "cosignatures" | "state">;

/**
 * Proves keys for whoever trusts what the policy asks for: where it wants a quorum, in the state of the newest cosigned
 * checkpoint, which is waited for while one of the values is newer; else in the newest state.
 *
 * Witnesses that stay silent do not keep anybody: then it is what was cosigned last or, where that is not kept any more, the
 * newest state, which the log alone has signed.
 *
 * @param isNewest - the newest state in any case
 */
export async function provePublic(
  { ledger, cosignatures }: Pick<Services, "ledger" | "cosignatures">,
  keys: readonly string[],
  isNewest = false,
): Promise<PublicProof> {
  if (cosignatures !== undefined && !isNewest) {
    const last = Math.max(...keys.map((key) => ledger.latest(key)?.index ?? -1));
    await cosignatures.covering(last + 1);
    const cosigned = cosignatures.cosigned();
    const proof = cosigned && (await ledger.proveAt(cosigned.size, keys));
    if (cosigned !== undefined && proof !== undefined) return { proof, note: cosigned.note };
  }
  const proof = await ledger.prove(keys);
  return { proof, note: cosignatures?.noteOf(proof.head) ?? proof.head.checkpoint };
}

/** The same with all that the effective status of the code depended on in the state that is proved. */
export async function proveEffective(
  services: ProofServices,
  code: Code,
  keys: readonly string[],
  isNewest?: boolean,
): Promise<PublicProof> {
  let wanted = new Set([...keys, ...effectiveKeys(services.state, code)]);
  for (;;) {
    const found = await provePublic(services, [...wanted], isNewest);
    const needed = effectiveKeys(provenState(found.proof, services.state), code);
    // A proof of another moment than the one that was looked at may need more than was asked for.
    if (needed.every((key) => wanted.has(key))) return found;
    wanted = new Set([...wanted, ...needed]);
  }
}

/** The same of a record that there is: where the cosigned state does not have it yet, in the newest one. */
export async function proveRecord(
  services: ProofServices,
  code: Code,
  more: readonly string[] = [],
): Promise<PublicProof> {
  const keys = [codeKey(code), ...more];
  const found = await proveEffective(services, code, keys);
  const isThere = found.proof.values[0]?.value !== undefined;
  return isThere ? found : proveEffective(services, code, keys, true);
}

/** The values that a proof proves, and for all others those of now. */
function provenState({ values }: StateProof, now: ValueReader): ValueReader {
  const proven = new Map(values.map(({ key, value }) => [key, value]));
  return {
    get<T>(key: MapKey<T>): T | undefined {
      return proven.has(key) ? decodeValue<T>(proven.get(key)) : now.get(key);
    },
  };
}

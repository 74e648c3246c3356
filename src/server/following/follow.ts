import { ancestorsOf, type Code, codeKey, err, hex, ok, type Result } from "../../core/index.ts";
import {
  FOLLOW_KEPT_MILLISECONDS,
  FOLLOW_MILLISECONDS,
  MAX_FOLLOW_BYTES,
  MAX_FOLLOW_KEPT_BYTES,
  MAX_FOLLOW_LEDGERS,
  MAX_FOLLOWS,
  MAX_FOLLOWS_OF_LEDGER,
} from "../limits.ts";
import type { AppDependencies, OtherNodesRefusal } from "../options.ts";
import type { FollowRefusal, FollowStatusRefusal, HttpRefusal } from "../problem/refusal.ts";
import { Shares } from "../rate/index.ts";
import { chainAbove } from "../registry/chain-proof.ts";
import type { RecordViews } from "../registry/record-views.ts";
import type { CommittedState } from "../state.ts";
import { type Delegated, delegatedFurther, type Elements, judgeChain } from "./judge.ts";
import { KeptFor } from "./kept.ts";

/** Fetches what other ledgers prove of their codes. */
export type Follower = {
  /** The chain of proofs as JSON, verified; `undefined` where the code lives here. */
  chain(code: Code): Promise<Followed> | undefined;
};

type Followed = Result<string, FollowRefusal | FollowStatusRefusal | HttpRefusal>;

type Parts = Pick<AppDependencies, "ledger" | "parent" | "node" | "clock" | "otherNodes"> & {
  readonly state: CommittedState;
  readonly views: Pick<RecordViews, "effective">;
};

/** What a kept answer weighs beside its text. */
const ENTRY_BYTES = 1024;

export function createFollower(parts: Parts): Follower {
  const { clock, state } = parts;
  const kept = new KeptFor<Followed>(FOLLOW_KEPT_MILLISECONDS, MAX_FOLLOW_KEPT_BYTES);
  const underWay = new Map<string, Promise<Followed>>();
  const slots = new Slots();

  return {
    chain(code) {
      const top = delegatedAbove(state, code);
      if (top === undefined) return undefined;
      const ledger = hex(top.delegation.op);
      // What was found under an earlier delegation is not looked at again.
      const name = `${ledger} ${code}`;
      const known = kept.get(name, clock());
      if (known !== undefined) return Promise.resolve(known);
      const present = underWay.get(name);
      if (present !== undefined) return present;
      if (!slots.take(ledger)) return Promise.resolve(err(BUSY));
      const asking = follow(parts, code, top)
        .then((followed) => {
          const bytes = followed.ok ? followed.value.length : 0;
          kept.put(name, followed, bytes + ENTRY_BYTES, clock());
          return followed;
        })
        .finally(() => {
          underWay.delete(name);
          slots.give(ledger);
        });
      underWay.set(name, asking);
      return asking;
    },
  };
}

const BUSY = { code: "HTTP_BUSY", retryAfter: 1, what: "follow" } as const;

/** The uppermost code above that is delegated: what is delegated below it, only the other ledger can say. */
function delegatedAbove(state: CommittedState, code: Code): Delegated | undefined {
  for (const above of [...ancestorsOf(code)].reverse()) {
    const record = state.remembered.get(codeKey(above));
    if (record?.delegation !== undefined) return record as Delegated;
  }
  return undefined;
}

async function follow(parts: Parts, code: Code, top: Delegated): Promise<Followed> {
  const { views, otherNodes } = parts;
  const refuse = (name: FollowRefusal["code"], url: string, why: string) =>
    err({ code: name, asked: code, url, why });
  // A verifier takes no proof through a delegation whose code is suspended; an older proof would not show it.
  const { status, because } = views.effective(top);
  if (status !== "active")
    return err({ code: "RESOLVE_FOLLOW_STATUS", asked: code, status, because });
  const signal = AbortSignal.timeout(FOLLOW_MILLISECONDS);
  let at: { readonly code: Code; readonly url: string } = {
    code: top.code,
    url: top.delegation.url,
  };
  let why = "begin";
  for (let ledgers = 0; ledgers < MAX_FOLLOW_LEDGERS; ledgers++) {
    const { url } = at;
    const bounds = { signal, maxBytes: MAX_FOLLOW_BYTES };
    const fetched = (await otherNodes?.(proofUrl(url, code), bounds)) ?? err(NOBODY);
    if (!fetched.ok) return refuse(REFUSED[fetched.error.what], url, fetched.error.why);
    const elements = readElements(fetched.value);
    if (elements === undefined) return refuse("RESOLVE_FOLLOW_ANSWER", url, "json");
    const judged = await judgeChain(parts, elements, code, top);
    if (judged.ok) return ok(await compose(parts, judged.value));
    const next = delegatedFurther(elements, code, at.code);
    why = judged.error.code;
    if (why !== "PROOF_DELEGATED" || next === undefined) break;
    at = next;
  }
  return refuse("RESOLVE_FOLLOW_PROOF", at.url, why);
}

const NOBODY: OtherNodesRefusal = { what: "address", why: "url" };

const REFUSED = {
  address: "RESOLVE_FOLLOW_ADDRESS",
  silent: "RESOLVE_FOLLOW_SILENT",
  answer: "RESOLVE_FOLLOW_ANSWER",
} as const satisfies Record<OtherNodesRefusal["what"], FollowRefusal["code"]>;

function proofUrl(url: string, code: Code): string {
  const query = new URLSearchParams({ key: codeKey(code), effective: "1", chain: "1" });
  return `${url.replace(/\/+$/, "")}/v1/proof?${query}`;
}

function readElements(bytes: Uint8Array): Elements | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    const isArray = Array.isArray(value) && value.length > 0;
    return isArray && value.every((each) => typeof each === "object" && each !== null)
      ? value
      : undefined;
  } catch {
    return undefined;
  }
}

/** What stands above this ledger is not the other node's to say. */
async function compose(
  parts: Parts,
  { elements, size }: { readonly elements: Elements; readonly size: number },
): Promise<string> {
  const above = await chainAbove(parts, size);
  return JSON.stringify([...(above ?? []), ...elements]);
}

/** Bounds how many codes are followed at once, so that a slow ledger leaves room for the others. */
class Slots {
  readonly #shares = new Shares(MAX_FOLLOWS_OF_LEDGER);
  #all = 0;

  take(ledger: string): boolean {
    if (this.#all >= MAX_FOLLOWS || !this.#shares.take(ledger)) return false;
    this.#all++;
    return true;
  }

  give(ledger: string): void {
    this.#shares.giveBack(ledger);
    this.#all--;
  }
}

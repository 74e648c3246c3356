import { readSealEvidence } from "cityid/sdk";
import type { SealEvidence } from "cityid/verify/seal";
import { ask } from "./ask.ts";
import { parsed } from "./parsed.ts";
import type { KeptEvidence, Store } from "./store.ts";

/** Evidence, and where it comes from. */
export type Gathered = {
  readonly evidence: SealEvidence;
  /** `node`: it answered just now; `kept`: it did not, this is from earlier; `nothing`: there is none. */
  readonly source: "node" | "kept" | "nothing";
  /** When the newest of it was fetched; Unix milliseconds. */
  readonly at?: number;
  /** As the node answered it: a file to keep. */
  readonly text?: string;
  /** What the node said instead. */
  readonly problem?: string;
  /** The code lives in the ledger of another node. */
  readonly isElsewhere?: true;
};

/** What the verdict on a seal is to rest on: what the node says now, with what was kept of the same plate; without it, what was kept of the office. */
export async function gatherForSeal(
  store: Store,
  code: string,
  kid: string,
  serial: number,
  now: number,
): Promise<Gathered> {
  const path = `/v1/codes/${encodeURIComponent(code)}/seals?kid=${kid}&serial=${serial}`;
  const asked = await ask(path);
  const fresh = "text" in asked ? await read(asked.text) : undefined;
  const kept = await store.evidence(code, kid);
  if (fresh !== undefined && "text" in asked) {
    await keep(store, { code, kid, text: asked.text, at: now });
    // What this browser has seen before the node cannot unsay: bits only rise, and a later state goes before an earlier one.
    const own = kept.filter((each) => each.code === code && each.kid === kid);
    const evidence = merge([fresh, ...(await readAll(store, own, kid))]);
    return { evidence, source: "node", at: now, text: asked.text };
  }
  return { ...(await fromKept(store, kept, kid)), ...problemOf(asked) };
}

/** The same for a code alone, without a seal: the proof of its record. */
export async function gatherForCode(store: Store, code: string, now: number): Promise<Gathered> {
  const asked = await ask(`/v1/proof?key=${encodeURIComponent(`code/${code}`)}&effective=1`);
  const proof = "text" in asked ? parsed(asked.text) : undefined;
  if (proof !== undefined && "text" in asked) {
    const text = JSON.stringify({ format: FORMAT, proofs: [proof] });
    await keep(store, { code, kid: "", text, at: now });
    return { evidence: { proofs: [proof] }, source: "node", at: now, text: asked.text };
  }
  return {
    ...(await fromKept(store, await store.evidence(code, undefined), "")),
    ...problemOf(asked),
  };
}

const FORMAT = "cityid/seal-evidence/v1";

async function fromKept(
  store: Store,
  kept: readonly KeptEvidence[],
  kid: string,
): Promise<Gathered> {
  if (kept.length === 0) return { evidence: {}, source: "nothing" };
  const evidence = merge(await readAll(store, kept, kid));
  return { evidence, source: "kept", at: Math.max(...kept.map(({ at }) => at)) };
}

/** The list of withdrawn seals is one for all plates of a key, and large: it is kept once. */
async function keep(store: Store, kept: Omit<KeptEvidence, "name">): Promise<void> {
  const { code, kid, at } = kept;
  const { statuses, ...rest } = Object(parsed(kept.text)) as { readonly statuses?: unknown };
  await store.keepEvidence({ name: `${code} ${kid}`, code, kid, text: JSON.stringify(rest), at });
  if (statuses === undefined) return;
  await store.keepStatuses({
    kid,
    text: JSON.stringify({ format: FORMAT, proofs: [], statuses }),
    at,
  });
}

async function readAll(
  store: Store,
  kept: readonly KeptEvidence[],
  kid: string,
): Promise<readonly SealEvidence[]> {
  const statuses = await store.statuses(kid);
  const texts = [...kept.map(({ text }) => text), ...(statuses ? [statuses.text] : [])];
  const evidence = await Promise.all(texts.map(read));
  return evidence.filter((each) => each !== undefined);
}

/** @returns `undefined` for what is no evidence: whatever it is, it proves nothing */
function read(text: string): Promise<SealEvidence | undefined> {
  return readSealEvidence(text).catch(() => undefined);
}

function merge(all: readonly SealEvidence[]): SealEvidence {
  return {
    proofs: all.flatMap(({ proofs = [] }) => proofs),
    statuses: all.flatMap(({ statuses = [] }) => statuses),
    paths: all.flatMap(({ paths = [] }) => paths),
  };
}

function problemOf(
  asked: Awaited<ReturnType<typeof ask>>,
): Pick<Gathered, "problem" | "isElsewhere"> {
  if ("problem" in asked && asked.problem === "elsewhere") return { isElsewhere: true };
  return "problem" in asked && asked.code !== undefined ? { problem: asked.code } : {};
}

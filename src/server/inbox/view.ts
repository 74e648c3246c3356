import {
  base64,
  type Decision,
  decisionKey,
  fromHex,
  hex,
  type ValueReader,
} from "../../core/index.ts";
import { timeOfMilliseconds, toJson } from "../http/json.ts";
import { decisionJson } from "../registry/decisions.ts";
import type { ApplicationMeta, Inbox } from "./inbox.ts";
import type { SoundApplication } from "./judge.ts";

export type EvidenceJson = {
  readonly title: string;
  readonly commit: string;
  readonly state: "missing" | "stored";
  readonly bytes?: number;
};

/** A piece of evidence, and whether its file has arrived. */
export async function evidenceJson(
  inbox: Inbox,
  { id, apply }: SoundApplication,
): Promise<readonly EvidenceJson[]> {
  return Promise.all(
    apply.evidence.map(async ({ title, commit }) => {
      const bytes = await inbox.evidenceBytes(id, hex(commit));
      const state = bytes === undefined ? "missing" : "stored";
      return { title, commit: hex(commit), state, ...(bytes !== undefined && { bytes }) };
    }),
  );
}

/** An application as its applicant and the members see it, without the messages. */
export async function applicationJson(
  { inbox, state, nowMilliseconds }: { inbox: Inbox; state: ValueReader; nowMilliseconds: number },
  application: SoundApplication,
  meta: ApplicationMeta,
): Promise<{ readonly [field: string]: unknown }> {
  const { id, bytes, apply } = application;
  const decision = decisionAbout(state, id);
  return {
    id,
    state: stateOf(meta, decision),
    received: timeOfMilliseconds(meta.received),
    changed: timeOfMilliseconds(meta.changed),
    application: base64(bytes),
    apply: toJson(apply),
    ...(meta.contact !== undefined && { contact: meta.contact }),
    ...(meta.member !== undefined && { member: meta.member }),
    evidence: await evidenceJson(inbox, application),
    ...(decision && { decision: decisionJson(state, id, decision, nowMilliseconds) }),
  };
}

export function decisionAbout(state: ValueReader, id: string): Decision | undefined {
  const bytes = fromHex(id);
  return bytes && state.get(decisionKey(bytes));
}

const IN_THE_LEDGER = { open: "admitted", executed: "issued", rejected: "rejected" } as const;

/** What became of it in the ledger; before that, what the inbox says. */
export function stateOf(meta: ApplicationMeta, decision: Decision | undefined): string {
  return decision === undefined ? meta.state : IN_THE_LEDGER[decision.state];
}

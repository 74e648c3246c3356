import { ApiProblem, type Facts, problemIn } from "./problem.ts";
import type { ConsensusJson } from "./shapes.ts";
import type { Transport } from "./transport.ts";

/** Whether a node takes writes. */
export type Readiness = {
  readonly ready: boolean;
  /** The fault of its ledger, or what stood in the way of asking. */
  readonly code?: string;
  readonly facts?: Facts;
  /** How consensus looks from it, where it is a validator. */
  readonly consensus?: ConsensusJson;
};

type ReadyzJson = {
  readonly status?: string;
  readonly fault?: string;
  readonly facts?: Facts;
  readonly consensus?: ConsensusJson;
};

const UNREADY = 503;

/** @throws NodeUnreachable */
export async function fetchReadiness(transport: Transport): Promise<Readiness> {
  try {
    const headers = { accept: "application/json" };
    const call = { patient: false, headers, answer: UNREADY };
    const response = await transport.send("GET", "/readyz", call);
    const text = await response.text();
    const { status, fault, facts = {}, consensus } = readyzIn(text);
    const seen = consensus === undefined ? {} : { consensus };
    if (status === "ready") return { ready: true, ...seen };
    if (fault !== undefined) return { ready: false, code: fault, facts, ...seen };
    throw problemIn(text, response);
  } catch (problem) {
    if (!(problem instanceof ApiProblem)) throw problem;
    return { ready: false, code: problem.code, facts: problem.facts };
  }
}

function readyzIn(text: string): ReadyzJson {
  try {
    return { ...(JSON.parse(text) as object) };
  } catch {
    return {};
  }
}

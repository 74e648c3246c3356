import { ApiProblem, Elsewhere, NodeUnreachable, ProofMismatch } from "../sdk/index.ts";
import { CliProblem } from "./problem.ts";
import { Refused } from "./refused.ts";

/** What a run of `cityid` ends with; docs/cli.md explains each. */
export const EXIT = {
  done: 0,
  /** A bug of ours, or a failure nobody foresaw. */
  internal: 1,
  /** The command line, or a file that it names, is not what the command takes. */
  usage: 2,
  /** The ledger, or the node, refused: as asked, it will never be done. */
  refused: 3,
  /** There is no such code, operation, decision or file at the node. */
  missing: 4,
  /** No answer from the node, or it stayed busy: the same may work later. */
  unavailable: 5,
  /** What was checked is not as it claims to be: a proof, an answer, a data directory. */
  forged: 6,
  /** Nothing was signed: the person said no, or nobody was there to ask. */
  declined: 7,
  /** The private key is missing, unreadable, or its passphrase is wrong. */
  key: 8,
  /** Rows of the file were refused before anything was signed. */
  rows: 9,
  /** A node could not start, or had to stop: its port, disk, clock or data. */
  node: 10,
  /** Ended by Ctrl-C. What the ledger took is in it; an import can be resumed. */
  interrupted: 130,
} as const;

export type Exit = (typeof EXIT)[keyof typeof EXIT];

/** The exit code for whatever a command threw. */
export function exitOf(problem: unknown): Exit {
  if (problem instanceof CliProblem) return EXIT[problem.exit];
  if (problem instanceof Refused) return EXIT.refused;
  if (problem instanceof ProofMismatch) return EXIT.forged;
  if (problem instanceof Elsewhere) return EXIT.missing;
  if (problem instanceof NodeUnreachable) return EXIT.unavailable;
  if (problem instanceof ApiProblem) {
    // What the command line was given went into the query as it is.
    return problem.code === "HTTP_PARAMETER" ? EXIT.usage : exitOfStatus(problem.status);
  }
  if (isAbort(problem)) return EXIT.interrupted;
  return EXIT.internal;
}

function exitOfStatus(status: number): Exit {
  if (status === 404 || status === 410) return EXIT.missing;
  if (status === 429 || status >= 500) return EXIT.unavailable;
  return EXIT.refused;
}

function isAbort(problem: unknown): boolean {
  return problem instanceof Error && problem.name === "AbortError";
}

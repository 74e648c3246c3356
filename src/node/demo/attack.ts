import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readSync,
  rmSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { err, ok, type Result } from "../../core/index.ts";
import { type AuditReport, auditDirectory } from "../../ledger/embedded/index.ts";
import type { DemoProblem } from "./endpoints.ts";

/** What `POST /demo/audit-attack` answers. */
export type Attacked = {
  /** A data directory that `cityid audit` takes. */
  readonly copy: string;
  readonly journalBytes: number;
  readonly before: AuditReport;
  readonly flipped: { readonly offset: number; readonly was: number; readonly is: number };
  readonly after: AuditReport;
};

export type AuditAttack = (offset: number | undefined) => Promise<Result<Attacked, DemoProblem>>;

/**
 * Copies the journal of the running node, audits the copy, flips one bit of it and audits again. The node's own files are
 * only read. The copy stays until the next attack or the end of the process, so that it can be audited by hand.
 */
export function auditAttack(options: {
  readonly dataDirectory: string;
  /** Bytes of the journal that hold durable records. */
  readonly journalEnd: () => number;
  readonly random: (below: number) => number;
}): AuditAttack {
  let last: string | undefined;
  let running = false;
  const clear = () => {
    if (last !== undefined) rmSync(last, { recursive: true, force: true });
  };
  process.once("exit", clear);
  return async (offset) => {
    if (running) return err({ code: "DEMO_BUSY" });
    running = true;
    try {
      clear();
      last = mkdtempSync(join(tmpdir(), "cityid-attack-"));
      return await attack(options, last, offset);
    } finally {
      running = false;
    }
  };
}

async function attack(
  { dataDirectory, journalEnd, random }: Parameters<typeof auditAttack>[0],
  copy: string,
  wanted: number | undefined,
): Promise<Result<Attacked, DemoProblem>> {
  const end = journalEnd();
  const offset = wanted ?? random(end);
  if (!Number.isSafeInteger(offset) || offset < 0 || offset >= end) {
    return err({ code: "DEMO_OFFSET", got: offset, want: [0, end - 1] });
  }
  copyData(dataDirectory, copy, end);
  const before = await auditDirectory(copy);
  const flipped = flip(join(copy, "ledger", "journal"), offset);
  const after = await auditDirectory(copy);
  return ok({ copy, journalBytes: end, before, flipped, after });
}

/** Copies what an audit reads: the description, the published checkpoint, and the journal up to its last durable byte. */
function copyData(from: string, to: string, end: number): void {
  mkdirSync(join(to, "ledger"));
  for (const name of ["cityid.json", "ledger/checkpoint"]) {
    if (existsSync(join(from, name))) copyFileSync(join(from, name), join(to, name));
  }
  const source = openSync(join(from, "ledger", "journal"), "r");
  const target = openSync(join(to, "ledger", "journal"), "w");
  const buffer = new Uint8Array(1 << 20);
  for (let at = 0; at < end; ) {
    const got = readSync(source, buffer, 0, Math.min(buffer.length, end - at), at);
    if (got === 0) break;
    writeSync(target, buffer, 0, got, at);
    at += got;
  }
  closeSync(source);
  closeSync(target);
}

function flip(path: string, offset: number): Attacked["flipped"] {
  const file = openSync(path, "r+");
  const byte = new Uint8Array(1);
  readSync(file, byte, 0, 1, offset);
  const was = byte[0] as number;
  const is = was ^ 1;
  writeSync(file, Uint8Array.of(is), 0, 1, offset);
  closeSync(file);
  return { offset, was, is };
}

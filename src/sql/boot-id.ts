import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";

/**
 * Tells one run of the operating system from another: what was written without a sync survives the death of a process, but
 * not that of the system. Where the system does not say, every process counts as a run of its own.
 */
export const BOOT_ID: string = read();

function read(): string {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  } catch {
    return randomUUID();
  }
}

import type { Writable } from "node:stream";

export type LogFacts = { readonly [name: string]: string | number | boolean | undefined };

/** What a node notes about itself: one line of JSON for each event, without secrets. */
export type NodeLog = {
  info(event: string, facts?: LogFacts): void;
  /** Something that an operator should hear of, though the node goes on as it should. */
  warn(event: string, facts?: LogFacts): void;
  error(event: string, facts?: LogFacts): void;
};

/** Writes to a stream, by default standard error: standard output belongs to what a person reads. */
export function jsonLog(stream: Writable = process.stderr): NodeLog {
  const line =
    (level: "info" | "warn" | "error") =>
    (event: string, facts: LogFacts = {}) => {
      stream.write(
        `${JSON.stringify({ time: new Date().toISOString(), level, event, ...facts })}\n`,
      );
    };
  return { info: line("info"), warn: line("warn"), error: line("error") };
}

/** Notes nothing but warnings and failures: for a terminal on which a person reads. */
export function quietLog(stream: Writable = process.stderr): NodeLog {
  return { ...jsonLog(stream), info: () => undefined };
}

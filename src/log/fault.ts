/** How whoever meets a fault should react. */
export type Reaction = "retry" | "busy" | "fatal";

/** Every way the disk can fail a log. docs/errors.md lists cause and remedy of each. */
export type LogFaultCode =
  | "LOG_DISK_FULL"
  | "LOG_WRITE"
  | "LOG_MISSING"
  | "LOG_EXISTS"
  | "LOG_ORIGIN"
  | "LOG_VERSION"
  | "LOG_SHORTENED"
  | "LOG_FORKED"
  | "JOURNAL_DAMAGED"
  | "DATA_BODIES"
  | "DATA_PLATES"
  | "DATA_STORE"
  | "DATA_KEY"
  | "DATA_DIR_IN_USE"
  | "DATA_DIR_ACCESS";

const REACTIONS: Readonly<Record<LogFaultCode, Reaction>> = {
  LOG_DISK_FULL: "busy",
  LOG_WRITE: "fatal",
  LOG_MISSING: "fatal",
  LOG_EXISTS: "fatal",
  LOG_ORIGIN: "fatal",
  LOG_VERSION: "fatal",
  LOG_SHORTENED: "fatal",
  LOG_FORKED: "fatal",
  JOURNAL_DAMAGED: "fatal",
  DATA_BODIES: "fatal",
  DATA_PLATES: "fatal",
  DATA_STORE: "busy",
  DATA_KEY: "fatal",
  DATA_DIR_IN_USE: "fatal",
  DATA_DIR_ACCESS: "fatal",
};

export type LogFaultFacts = { readonly [name: string]: string | number };

export const LOG_FAULT_CODES: readonly LogFaultCode[] = Object.keys(REACTIONS) as LogFaultCode[];

/** The world failed: a disk, a file, another process. Nothing was reported as durable that is not. */
export class LogFault extends Error {
  override readonly name = "LogFault";
  readonly code: LogFaultCode;
  readonly reaction: Reaction;
  readonly facts: LogFaultFacts;

  constructor(code: LogFaultCode, facts: LogFaultFacts = {}, options?: ErrorOptions) {
    super(`${code} ${JSON.stringify(facts)}`, options);
    this.code = code;
    this.reaction = REACTIONS[code];
    this.facts = facts;
  }
}

/** The name the operating system gives an error, such as `ENOSPC`; `undefined` for anything that is not its error. */
export function errnoOf(cause: unknown): string | undefined {
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
  return typeof code === "string" ? code : undefined;
}

/** Whether an error of the operating system says that there is no room: on the disk, in a quota, or in one file. */
export function isDiskFull(cause: unknown): boolean {
  return ["ENOSPC", "EDQUOT", "EFBIG"].includes(errnoOf(cause) ?? "");
}

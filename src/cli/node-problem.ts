import type { DirectoryTrouble } from "../node/index.ts";
import { ApiProblem } from "../sdk/index.ts";
import { isDiskFull, isFileError } from "./file-problem.ts";
import { type CliFacts, CliProblem, type CliProblemCode, isCliProblemCode } from "./problem.ts";

/** What a fault of a node brings; its classes belong to layers that a command does not know. */
type Fault = {
  readonly code: string;
  readonly facts: { readonly [name: string]: string | number };
};

const DAMAGED = new Set([
  "JOURNAL_DAMAGED",
  "LOG_SHORTENED",
  "LOG_FORKED",
  "LEDGER_DIVERGED",
  "LEDGER_VALUES_DAMAGED",
]);

const TROUBLES: { readonly [why: string]: CliProblemCode } = {
  absent: "NODE_NOT_BEGUN",
  "not-empty": "NODE_NOT_EMPTY",
  "no-directory": "NODE_NO_DIRECTORY",
  inside: "NODE_INSIDE",
  begun: "NODE_BEGUN",
  "log-key-missing": "NODE_LOG_KEY",
  "log-key-other": "NODE_LOG_KEY_OTHER",
  "log-key-foreign": "NODE_LOG_KEY_FOREIGN",
  "no-seed": "NODE_KEY_FORMAT",
  "witness-memory": "NODE_WITNESS_MEMORY",
  "witness-key-of-log": "NODE_WITNESS_KEY",
  "witness-own": "NODE_WITNESS_OWN",
  validator: "NODE_VALIDATOR",
  "no-validator": "NODE_NO_VALIDATOR",
} satisfies { readonly [why in DirectoryTrouble]: CliProblemCode };

const NO_ACCESS = new Set(["EACCES", "EPERM", "EROFS"]);

const LOGS: { readonly [code: string]: CliProblemCode } = {
  LOG_MISSING: "NODE_NOT_BEGUN",
  LOG_EXISTS: "NODE_BEGUN",
};

/** What the members decide last, as `cityid propose` takes it. */
const ORDER_BY_VALIDATORS = JSON.stringify({ op: "param", name: "order", value: "validators" });

/** Runs what works on a node's own files and port; what goes wrong there comes out as a problem that says what to do. */
export async function onNode<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    throw asProblem(thrown);
  }
}

/** The same for what reads a log elsewhere: an answer from there is no fault of a node on this machine. */
export async function onLog<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    throw thrown instanceof ApiProblem ? thrown : asProblem(thrown);
  }
}

function asProblem(thrown: unknown): unknown {
  // It says what to do already.
  if (thrown instanceof CliProblem) return thrown;
  if (!(thrown instanceof Error) || !("code" in thrown)) return thrown;
  if (thrown.name === "ConfigError") {
    return new CliProblem("NODE_SETTING", { detail: thrown.message }, { cause: thrown });
  }
  if ("port" in thrown && (thrown.code === "EADDRINUSE" || thrown.code === "EACCES")) {
    return new CliProblem("NODE_PORT", portFacts(thrown), { cause: thrown });
  }
  if (isDiskFull(thrown)) return new CliProblem("NODE_DISK_FULL", {}, { cause: thrown });
  if (isFileError(thrown) && NO_ACCESS.has(String(thrown.code))) {
    return noAccess(thrown.path, thrown.code, thrown);
  }
  const host = hostThatIsNotHere(thrown);
  if (host !== undefined) return new CliProblem("NODE_HOST", { host }, { cause: thrown });
  return isFault(thrown) ? faultProblem(thrown) : thrown;
}

/** Which port a server could not have, why not, and where it is chosen. */
function portFacts(thrown: Error & { code: unknown }): CliFacts {
  const port = "port" in thrown ? thrown.port : "?";
  const isMqtt = "door" in thrown && thrown.door === "mqtt";
  const [option, variable] = isMqtt ? ["--mqtt", "CITYID_MQTT"] : ["--port", "CITYID_PORT"];
  const trouble =
    thrown.code === "EACCES"
      ? { en: "may not be used by this user", zh: "不允许当前用户使用" }
      : { en: "is taken by another program", zh: "已被其他程序占用" };
  return { port, trouble, option, variable };
}

/** The address that a server could not listen on, since it is none of this machine's or none at all. */
function hostThatIsNotHere(thrown: Error & { code: unknown }): unknown {
  if (thrown.code === "EADDRNOTAVAIL" && "address" in thrown) return thrown.address;
  // Of a name that a request asks for somebody else tells: no `fetch` fails with this itself.
  return thrown.code === "ENOTFOUND" && "hostname" in thrown ? thrown.hostname : undefined;
}

function isFault(thrown: Error & { code: unknown }): thrown is Error & Fault {
  return typeof thrown.code === "string" && "facts" in thrown && typeof thrown.facts === "object";
}

function faultProblem(fault: Error & Fault): CliProblem {
  const { code: cause, facts } = fault;
  const options = { cause: fault };
  if (isCliProblemCode(cause)) return new CliProblem(cause, facts, options);
  if (cause === "DATA_DIR_IN_USE") return new CliProblem("NODE_DATA_IN_USE", facts, options);
  if (cause === "DATA_DIR_ACCESS") return new CliProblem("NODE_DATA_ACCESS", facts, options);
  if (cause === "LEDGER_DISK_FULL" || cause === "LOG_DISK_FULL") {
    return new CliProblem("NODE_DISK_FULL", facts, options);
  }
  if (cause === "LEDGER_RULES") return new CliProblem("NODE_RULES", facts, options);
  if (cause === "LEDGER_CHAIN" && facts.why === "key") {
    return new CliProblem("NODE_VALIDATOR_KEYS", facts, options);
  }
  if (cause === "LEDGER_CHAIN" && facts.why === "undecided") {
    return new CliProblem("NODE_UNDECIDED", { ...facts, order: ORDER_BY_VALIDATORS }, options);
  }
  if (cause === "LEDGER_ENGINE") return new CliProblem("NODE_ENGINE", facts, options);
  if (cause === "LEDGER_DIRECTORY" && NO_ACCESS.has(String(facts.why))) {
    return noAccess(facts.path, facts.why, fault);
  }
  const trouble = cause === "LEDGER_DIRECTORY" ? TROUBLES[String(facts.why)] : LOGS[cause];
  if (trouble !== undefined) return new CliProblem(trouble, facts, options);
  const told = { cause, facts: JSON.stringify(facts) };
  return new CliProblem(DAMAGED.has(cause) ? "NODE_DATA_DAMAGED" : "NODE_FAULT", told, options);
}

function noAccess(directory: unknown, reason: unknown, cause: Error): CliProblem {
  return new CliProblem("NODE_DATA_ACCESS", { directory, reason }, { cause });
}

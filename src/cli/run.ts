import { type Client, createClient, type Signer } from "../sdk/index.ts";
import type { Paint } from "./paint.ts";
import { paintFor } from "./paint.ts";
import { CliProblem } from "./problem.ts";
import { type Progress, startProgress } from "./progress.ts";
import type { Terminal } from "./terminal.ts";
import type { Language, Say } from "./text.ts";
import { writeJson, writeLine } from "./write-line.ts";

/** The options that every command takes. */
export type GlobalOptions = {
  readonly url?: string;
  readonly key?: string;
  readonly as?: string;
  readonly passphraseFile?: string;
  readonly json?: true;
  readonly yes?: true;
  readonly receipt?: string;
};

/** One run of one command: what it was asked for, and how it speaks. */
export type Run = {
  readonly terminal: Terminal;
  readonly language: Language;
  readonly say: Say;
  readonly paint: Paint;
  readonly json: boolean;
  readonly yes: boolean;
  readonly options: GlobalOptions;
  readonly signal: AbortSignal;
  readonly client: Client;
  readonly now: () => Date;
  /** Private keys that were opened in this run, by file: a passphrase is asked for once. */
  readonly opened: Map<string, Promise<Signer>>;
  /** Files of receipts that this run wrote. */
  readonly receipts: Set<string>;
  /** The result: JSON for a script, else lines for a person. */
  result(value: unknown, lines: () => readonly string[]): void;
  /** A line that is no result: on stderr, so that pipes stay clean. */
  note(line: string): void;
  progress(label: string, total: number): Progress;
  /** Ends the run with a problem, but not before it did and said all that is left. */
  failLater(problem: unknown): void;
};

/** What a run is made of. */
export type RunParts = {
  readonly terminal: Terminal;
  readonly language: Language;
  readonly say: Say;
  readonly signal: AbortSignal;
  readonly failLater: (problem: unknown) => void;
};

export const DEFAULT_URL = "http://127.0.0.1:8156";

export function createRun(parts: RunParts, options: GlobalOptions): Run {
  const { terminal, language, say, signal } = parts;
  const json = options.json === true;
  const note = (line: string) => writeLine(terminal.errors, line);
  return {
    ...parts,
    paint: paintFor(terminal.output, terminal.env),
    json,
    yes: options.yes === true,
    options,
    client: createClient({
      url: nodeUrl("--url, CITYID_URL", options.url ?? terminal.env.CITYID_URL ?? DEFAULT_URL),
      language,
      signal,
      onWait: ({ milliseconds }) => note(sayWaiting(say, milliseconds)),
    }),
    now: () => new Date(),
    opened: new Map(),
    receipts: new Set(),
    result: (value, lines) => {
      if (json) writeJson(terminal.output, value);
      else for (const line of lines()) writeLine(terminal.output, line);
    },
    note,
    progress: (label, total) =>
      startProgress({ label, total, stream: terminal.errors, say, now: () => Date.now() }),
  };
}

/**
 * The address of a node.
 *
 * @param name of the option that gives it
 * @throws CliProblem CLI_ARGUMENT where no node could be asked at it
 */
export function nodeUrl(name: string, text: string): string {
  const isWeb = /^https?:\/\//i.test(text) && URL.canParse(text);
  if (isWeb) return text;
  const want = { en: "an address of the web", zh: "网址" };
  throw new CliProblem("CLI_ARGUMENT", {
    ...{ name, got: text, want },
    example: "https://id.example.org",
  });
}

function sayWaiting(say: Say, milliseconds: number): string {
  const seconds = (milliseconds / 1000).toFixed(1);
  return say({
    en: `The node is busy or silent; trying again in ${seconds} s.`,
    zh: `节点忙或无应答，${seconds} 秒后重试。`,
  });
}

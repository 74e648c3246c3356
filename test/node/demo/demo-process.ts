import { spawn } from "node:child_process";
import { request } from "node:http";
import { text } from "node:stream/consumers";
import { MAIN, until } from "../real-node.ts";

/** `cityid demo` as a person runs it, with its supervisor. */
export type DemoProcess = {
  readonly url: string;
  readonly cityUrl: string;
  readonly pid: number;
  readonly said: () => string;
  /** Resolves when it has said this; when Haikou's node answers, unless other words are given. */
  hears(words?: RegExp): Promise<void>;
  stop(signal?: NodeJS.Signals): Promise<number | null>;
};

/** Haikou's node has all that it begins with. */
const CITY_READY = /Haikou's ledger is ready: (http:\S+)/g;

export async function startDemoProcess(
  data: string,
  port: number,
  args: readonly string[] = [],
): Promise<DemoProcess> {
  const command = [MAIN, "demo", "--data", data, "--port", String(port), ...args];
  const child = spawn(process.execPath, command, {
    env: { PATH: process.env.PATH, LANG: "en_US.UTF-8" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (part: string) => {
      said += part;
    });
  }
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  await until(async () => {
    if (child.exitCode !== null) throw new Error(`the demonstration ended: ${said}`);
    return said.includes("Open http") || undefined;
  });
  return {
    url: `http://127.0.0.1:${port}`,
    get cityUrl() {
      return [...said.matchAll(CITY_READY)].at(-1)?.[1] ?? "";
    },
    pid: child.pid ?? 0,
    said: () => said,
    hears: (words = new RegExp(CITY_READY.source)) =>
      until(async () => {
        if (child.exitCode !== null) throw new Error(`the demonstration ended: ${said}`);
        return words.test(said) || undefined;
      }).then(() => undefined),
    stop(signal = "SIGTERM") {
      child.kill(signal);
      return ended;
    },
  };
}

export type Raw = {
  readonly status: number | undefined;
  readonly headers: { readonly [name: string]: string | string[] | undefined };
  // A test looks into answers as far as it needs.
  // biome-ignore lint/suspicious/noExplicitAny: JSON of many shapes
  readonly body: any;
};

/** A request with any headers, those that `fetch` keeps for itself included. */
export async function ask(
  url: string,
  method: string,
  headers: { readonly [name: string]: string } = {},
  body?: string,
): Promise<Raw> {
  const asking = request(url, { method, headers });
  const answer = new Promise<Raw>((resolve, reject) => {
    asking.once("error", reject);
    asking.once("response", async (response) => {
      const { statusCode: status, headers: given } = response;
      const read = await text(response);
      resolve({ status, headers: given, body: read === "" ? undefined : JSON.parse(read) });
    });
  });
  asking.end(body);
  return answer;
}

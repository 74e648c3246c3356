import { spawn } from "node:child_process";
import { request } from "node:http";
import { text } from "node:stream/consumers";
import { MAIN, until } from "../real-node.ts";

/** `cityid demo` as a person runs it, with its supervisor. */
export type DemoProcess = {
  readonly url: string;
  readonly said: () => string;
  stop(): Promise<number | null>;
};

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
    said: () => said,
    stop() {
      child.kill("SIGTERM");
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

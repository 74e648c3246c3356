import { createServer } from "node:net";
import type { NodeConfig } from "../config.ts";
import { readDescription } from "../data-directory.ts";
import { supervise } from "../supervisor.ts";
import { cityDirectory } from "./city/start.ts";
import { demoMessages } from "./messages.ts";

export type DemoSupervision = {
  readonly config: NodeConfig;
  /** The program, and the arguments that it was called with. */
  readonly entry: string;
  readonly arguments: readonly string[];
  readonly cityPort: number | undefined;
  readonly language: "zh" | "en";
  readonly signal: AbortSignal;
  /** Says a line about a process. */
  readonly note: (line: string) => void;
};

/** The options by which the supervisor tells its processes what they are. */
export const SUPERVISED = "--supervised";
export const CITY_PORT = "--city-port";
export const CITY_OF = "--city-of";

/**
 * Runs the two nodes of a demonstration, each in a process of its own: the root ledger's and, once that answers, Haikou's.
 * Either may die without the other; with the root's regular end both end.
 *
 * @returns the exit status of the root's
 */
export async function superviseDemo(options: DemoSupervision): Promise<number> {
  const { config, entry, language, note } = options;
  const messages = demoMessages(language);
  const port = options.cityPort ?? (await chooseCityPort(config));
  const args = [...options.arguments, SUPERVISED, CITY_PORT, String(port)];
  const ending = new AbortController();
  const signal = AbortSignal.any([options.signal, ending.signal]);
  let city: Promise<unknown> | undefined;
  const startCity = (parentUrl: string): void => {
    city ??= supervise({
      ...{ entry, signal, always: true },
      arguments: [...args, CITY_OF, parentUrl],
      onRestart: ({ starts, because }) => note(messages.city.restarted(starts, because)),
    });
  };
  const status = await supervise({
    ...{ entry, signal, arguments: args },
    onReady: startCity,
    onRestart: ({ starts, because }) => note(messages.restarted(starts, because)),
    onPause: (milliseconds) => note(messages.paused(String(milliseconds / 1000))),
  });
  ending.abort();
  await city;
  return status;
}

/** From the port of the root's node to that of the city's; the one between is a mirror's. */
const APART = 2;

/** The port that the city had before; else one near the root's; else any that is free. */
async function chooseCityPort(config: NodeConfig): Promise<number> {
  const description = await readDescription(cityDirectory(config));
  const before = Number(/:(\d+)\/log$/.exec(description?.origin ?? "")?.[1]);
  const near = config.port + APART;
  for (const port of [before, ...(config.port === 0 ? [] : [near])]) {
    if (port > 0 && port < 65_536 && port !== config.port && (await freePort(config, port))) {
      return port;
    }
  }
  return (await freePort(config, 0)) ?? near;
}

function freePort({ host }: NodeConfig, port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(undefined));
    server.listen(port, host, () => {
      const address = server.address();
      const found = typeof address === "object" && address !== null ? address.port : undefined;
      server.close(() => resolve(found));
    });
  });
}

#!/usr/bin/env node
import { setMaxListeners } from "node:events";
import { runCli } from "./run-cli.ts";

const controller = new AbortController();
// Each request listens to it until the request is collected as garbage; ten thousand of them are no leak.
setMaxListeners(0, controller.signal);
// The first Ctrl-C ends what is under way in good order; a second one ends the process at once.
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => controller.abort(new DOMException(signal, "AbortError")));
}
// A reader that has seen enough (`| head`) is no problem.
process.stdout.on("error", (problem: NodeJS.ErrnoException) => {
  if (problem.code === "EPIPE") process.exit(0);
  throw problem;
});
// A log that nobody reads any more is no reason for a node to end.
process.stderr.on("error", () => undefined);

const exit = await runCli(process.argv.slice(2), controller.signal, {
  input: process.stdin,
  output: process.stdout,
  errors: process.stderr,
  env: process.env,
});
// A supervised node's own status stands.
process.exitCode ||= exit;

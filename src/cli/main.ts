#!/usr/bin/env node
import { runCli } from "./run-cli.ts";

const controller = new AbortController();
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

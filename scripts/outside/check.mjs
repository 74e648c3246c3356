import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const CLI = fileURLToPath(new URL("../../bin/cli/main.js", import.meta.url));

export function check(holds, what) {
  if (!holds) throw new Error(`not so: ${what}`);
  console.log(`  ${what.trimEnd()}`);
}

/** Runs a program to its end, while this process goes on serving. `status` is `null` where its time was over. */
export function run(program, args, { input = "", milliseconds = 120_000 } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { timeout: milliseconds, killSignal: "SIGKILL" });
    const said = { stdout: "", stderr: "" };
    for (const name of ["stdout", "stderr"]) {
      child[name].setEncoding("utf8").on("data", (text) => {
        said[name] += text;
      });
    }
    child.on("error", reject).on("close", (status) => resolve({ status, ...said }));
    // Whoever ends before it has read all says why itself.
    child.stdin.on("error", () => undefined).end(input);
  });
}

/** What a program that must succeed prints. */
export async function answerOf(program, args, options) {
  const { status, stdout, stderr } = await run(program, args, options);
  if (status !== 0) throw new Error(`${program} ${args.join(" ")}: ${status}\n${stderr}`);
  return stdout;
}

/** Runs the command line to its end. @returns its exit status and all it said */
export async function runCityid(...args) {
  const { status, stdout, stderr } = await run(process.execPath, [CLI, ...args]);
  return { status, said: stdout + stderr };
}

export function cityid(...args) {
  return answerOf(process.execPath, [CLI, ...args]);
}

/** Asks about each of a list, a few at a time. @returns the answers in order */
export async function someAtOnce(list, ask, atOnce = 4) {
  const answers = [];
  for (let at = 0; at < list.length; at += atOnce) {
    answers.push(...(await Promise.all(list.slice(at, at + atOnce).map((each, n) => ask(each, at + n)))));
  }
  return answers;
}

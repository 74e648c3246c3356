// Tessera's fsck on a live node, on a mirror of it, and on the mirror's files once a byte of them was changed. Its exit status
// is 0 even where it refuses: only what it says counts. With few workers it never ends on a wrong log.
import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { check, cityid, tryCityid } from "./check.mjs";

const TIME_OUT_MILLISECONDS = 60_000;
const SUCCESS = "Successfully fsck'd log";

export async function checkWithFsck(ledger, program) {
  const { url, origin, vkey, root } = ledger;
  writeFileSync(join(root, "log.vkey"), vkey);
  const judge = (storage) => fsck(program, storage, origin, join(root, "log.vkey"));
  check((await judge(`${url}/log/`)).includes(SUCCESS), "fsck accepts the node's log");
  const mirror = join(root, "mirror");
  cityid("mirror", url, mirror, "--once", "--tree-only");
  const server = await serveFiles(mirror);
  try {
    check((await judge(`${server.url}/log/`)).includes(SUCCESS), "fsck accepts a mirror of it, served as static files");
    await checkChanged(mirror, () => judge(`${server.url}/log/`), server.url);
  } finally {
    server.close();
  }
}

async function checkChanged(mirror, judge, url) {
  const size = Number(readFileSync(join(mirror, "log/checkpoint"), "utf8").split("\n")[1]);
  const last = Math.floor(size / 256);
  const changes = [
    ["tile/entries/017", flipMiddle, "an entry with a flipped bit"],
    ["tile/0/031", flipMiddle, "a hash with a flipped bit"],
    ["tile/1/000", flipMiddle, "a hash of the row above with a flipped bit"],
    ["checkpoint", (bytes) => bytes.with(-10, bytes.at(-10) === 65 ? 66 : 65), "a checkpoint with another signature"],
  ];
  for (const [path, change, what] of changes) {
    const said = await changed(mirror, path, change, judge);
    check(!said.includes(SUCCESS), `fsck refuses ${what}`);
  }
  // What it does not see is for our own audit to see.
  const trailing = (bytes) => Uint8Array.of(...bytes, 0, 0);
  const cache = (n) => join(mirror, `../audit${n}`);
  await changed(mirror, "tile/entries/017", trailing, async () => {
    const blind = (await judge()).includes(SUCCESS);
    const { status, said } = tryCityid("audit", url, "--cache", cache(0), "--json");
    check(status === 6 && said.includes("BUNDLE_TRAILING"), `cityid audit refuses bytes after the last entry of a bundle${blind ? ", which fsck lets pass" : ""}`);
  });
}

/** Does something while a file of the mirror is another. */
async function changed(mirror, path, change, act) {
  const file = join(mirror, "log", path);
  const before = readFileSync(file);
  writeFileSync(file, change(new Uint8Array(before)));
  try {
    return await act();
  } finally {
    writeFileSync(file, before);
  }
}

function flipMiddle(bytes) {
  const at = bytes.length >> 1;
  return bytes.with(at, bytes[at] ^ 1);
}

/** @returns what it said, until it ended or its time was over */
function fsck(program, storage, origin, key) {
  const args = ["--ui=false", "--N=64", `--storage_url=${storage}`, `--public_key=${key}`, `--origin=${origin}`];
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], timeout: TIME_OUT_MILLISECONDS, killSignal: "SIGKILL" });
    let said = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text) => {
        said += text;
      });
    }
    child.on("error", reject).on("close", () => resolve(said));
  });
}

async function serveFiles(directory) {
  const server = createServer((request, response) => {
    try {
      response.end(readFileSync(join(directory, new URL(request.url, "http://files").pathname)));
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}

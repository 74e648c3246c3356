// Tessera's fsck on a live node, on a mirror of it, and on the mirror's files once a byte of them was changed. Its exit status
// is 0 even where it refuses: only what it says counts. With few workers it never ends on a wrong log.
import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { check, cityid, run, runCityid } from "./check.mjs";

const TIME_OUT_MILLISECONDS = 60_000;
const LF = 0x0a;
const A = 0x41;
const SUCCESS = "Successfully fsck'd log";
const REFUSAL = "fsck failed:";

export async function checkWithFsck(ledger, program) {
  const { url, origin, vkey, root } = ledger;
  writeFileSync(join(root, "log.vkey"), vkey);
  const judge = (storage) => fsck(program, storage, origin, join(root, "log.vkey"));
  check((await judge(`${url}/log/`)).includes(SUCCESS), "fsck accepts the node's log");
  const mirror = join(root, "mirror");
  await cityid("mirror", url, mirror, "--once", "--tree-only");
  const server = await serveFiles(mirror);
  try {
    check((await judge(`${server.url}/log/`)).includes(SUCCESS), "fsck accepts a mirror of it, served as static files");
    await checkChanged(ledger, mirror, server.url, () => judge(`${server.url}/log/`));
  } finally {
    server.close();
  }
}

async function checkChanged(ledger, mirror, url, judge) {
  const changes = [
    ["tile/entries/017", flipMiddle, "an entry with a flipped bit"],
    ["tile/0/031", flipMiddle, "a hash with a flipped bit"],
    ["tile/1/000", flipMiddle, "a hash of the row above with a flipped bit"],
    ["checkpoint", otherRoot, "a checkpoint of a root that the log did not sign"],
  ];
  for (const [path, change, what] of changes) {
    const said = await changed(mirror, path, change, judge);
    check(said.includes(REFUSAL) && !said.includes(SUCCESS), `fsck refuses ${what}`);
  }
  // What it does not see is for our own audit to see; that of older partial tiles is tested with our audit and in test/go.
  const policy = join(ledger.root, "policy");
  writeFileSync(policy, ledger.policy);
  const audit = ["audit", url, "--policy", policy, "--cache", join(ledger.root, "audit"), "--json"];
  await changed(mirror, "tile/entries/017", (bytes) => Uint8Array.of(...bytes, 0, 0), async () => {
    const blind = (await judge()).includes(SUCCESS) ? "which fsck lets pass" : "as fsck does";
    const { status, said } = await runCityid(...audit);
    check(status === 6 && said.includes("BUNDLE_TRAILING"), `cityid audit refuses bytes after a bundle's last entry, ${blind}`);
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

/** A root is the third line. */
function otherRoot(bytes) {
  const at = bytes.indexOf(LF, bytes.indexOf(LF) + 1) + 1;
  return bytes.with(at, bytes[at] === A ? A + 1 : A);
}

/** @returns what it said, until it ended or its time was over */
async function fsck(program, storage, origin, key) {
  const args = ["--ui=false", "--N=64", `--storage_url=${storage}`, `--public_key=${key}`, `--origin=${origin}`];
  const { stdout, stderr } = await run(program, args, { milliseconds: TIME_OUT_MILLISECONDS });
  return stdout + stderr;
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

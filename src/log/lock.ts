import * as fs from "node:fs";
import { connect, createServer, type Server } from "node:net";
import { join } from "node:path";
import { errnoOf, isDiskFull, LogFault } from "./fault.ts";

/** A data directory that this process owns until it releases it, or ends in whatever way. */
export type DirectoryLock = { release(): Promise<void> };

/** Of the path of a socket: a longer one is cut off silently (Linux 107 bytes, macOS 103). */
export const MAX_SOCKET_PATH_BYTES = 103;

/** A take-over takes milliseconds; a guard older than this was left by a process that was killed in one. */
const STALE_GUARD_MILLISECONDS = 10_000;

const RETRY_MILLISECONDS = 20;
const ATTEMPTS = 1_000;

/**
 * Makes this process the only owner of a data directory, by listening on the socket `lock` in it.
 *
 * The kernel closes a socket with its process, however that ends: so whoever finds the file can ask whether its owner
 * lives, across containers too, and a pid that was given to another process misleads nobody. `lock.pid` is for people.
 *
 * @throws LogFault `DATA_DIR_IN_USE` with the owner's `pid`; `DATA_DIR_ACCESS` where the directory cannot be written
 */
export async function lockDirectory(directory: string): Promise<DirectoryLock> {
  const pidPath = join(directory, "lock.pid");
  let address: SocketAddress | undefined;
  try {
    fs.mkdirSync(directory, { recursive: true });
    address = addressIn(directory);
    const server = await acquire(directory, address.path);
    writePid(pidPath);
    return { release: () => release(server, pidPath, address) };
  } catch (cause) {
    address?.close();
    if (cause instanceof LogFault) throw cause;
    const reason = errnoOf(cause) ?? String(cause);
    throw new LogFault("DATA_DIR_ACCESS", { directory, reason }, { cause });
  }
}

/** It is for people only: a full disk does without it. */
function writePid(path: string): void {
  try {
    fs.writeFileSync(path, `${process.pid}\n`);
  } catch (cause) {
    if (!isDiskFull(cause)) throw cause;
  }
}

async function release(
  server: Server,
  pidPath: string,
  address: SocketAddress | undefined,
): Promise<void> {
  fs.rmSync(pidPath, { force: true });
  // Removes the socket first, then closes it: the other way round it could remove that of the next owner.
  await new Promise((resolve) => server.close(resolve));
  address?.close();
}

type SocketAddress = { readonly path: string; close(): void };

/** The path of the socket, or where that is too long, one through a handle of the directory. */
function addressIn(directory: string): SocketAddress {
  const path = join(directory, "lock");
  const bytes = Buffer.byteLength(path);
  if (bytes <= MAX_SOCKET_PATH_BYTES) return { path, close: () => undefined };
  if (!fs.existsSync("/proc/self/fd")) {
    throw new LogFault("DATA_DIR_ACCESS", { directory, reason: "path", bytes });
  }
  const handle = fs.openSync(directory, fs.constants.O_RDONLY);
  return { path: `/proc/self/fd/${handle}/lock`, close: () => fs.closeSync(handle) };
}

async function acquire(directory: string, path: string): Promise<Server> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const server = await take(directory, path);
    if (server !== undefined) return server;
    await new Promise((resolve) => setTimeout(resolve, RETRY_MILLISECONDS));
  }
  throw new LogFault("DATA_DIR_ACCESS", { directory, reason: "lock.guard" });
}

/** Listens, unless there is a socket already. */
async function listen(path: string): Promise<Server | undefined> {
  const server = createServer((socket) => socket.destroy());
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(path, resolve);
    });
  } catch (cause) {
    if (errnoOf(cause) === "EADDRINUSE") return undefined;
    throw cause;
  }
  // The lock alone does not keep a process running.
  return server.unref();
}

/**
 * Makes the socket, in the place of that of an owner that is no more. `undefined`: somebody else is at it, look again.
 *
 * Removing an old socket, making a new one and listening on it are several steps, and until the last one nobody answers. Only who
 * holds the guard takes any of them, else a process could take another one's fresh socket for a dead one, and remove it.
 */
async function take(directory: string, path: string): Promise<Server | undefined> {
  if (await answers(path)) {
    throw new LogFault("DATA_DIR_IN_USE", { directory, pid: ownerOf(directory) });
  }
  const guard = join(directory, "lock.guard");
  const made = makeGuard(guard);
  if (made === undefined) return undefined;
  try {
    // Whoever was kept from running for long may have lost the guard meanwhile.
    if ((await answers(path)) || !isMade(guard, made)) return undefined;
    fs.rmSync(path, { force: true });
    return await listen(path);
  } finally {
    if (isMade(guard, made)) fs.rmdirSync(guard);
  }
}

/** What tells a guard from one that was made later in its place. */
type Made = { readonly ino: number; readonly mtimeMs: number };

/** `undefined` where somebody has it. */
function makeGuard(path: string): Made | undefined {
  try {
    fs.mkdirSync(path);
    return fs.statSync(path, { throwIfNoEntry: false });
  } catch (cause) {
    if (errnoOf(cause) !== "EEXIST") throw cause;
    const made = fs.statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
    if (Date.now() - made > STALE_GUARD_MILLISECONDS)
      fs.rmSync(path, { recursive: true, force: true });
    return undefined;
  }
}

function isMade(path: string, { ino, mtimeMs }: Made): boolean {
  const now = fs.statSync(path, { throwIfNoEntry: false });
  return now?.ino === ino && now.mtimeMs === mtimeMs;
}

/** Whether somebody listens. A full queue of connections is a living owner too. */
async function answers(path: string): Promise<boolean> {
  const nobody = ["ECONNREFUSED", "ENOENT", "ENOTSOCK"];
  return await new Promise((resolve) => {
    const socket = connect(path);
    socket.once("connect", () => {
      resolve(true);
      socket.destroy();
    });
    socket.once("error", (cause) => resolve(!nobody.includes(errnoOf(cause) ?? "")));
  });
}

function ownerOf(directory: string): string {
  try {
    return fs.readFileSync(join(directory, "lock.pid"), "utf8").trim();
  } catch {
    // Between taking the lock and writing its pid.
    return "unknown";
  }
}

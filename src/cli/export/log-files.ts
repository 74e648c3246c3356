import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import {
  decodeEntryBundle,
  formatTilePath,
  type Hash,
  hashLeaf,
  parseCheckpoint,
  rootOf,
  sameHash,
  TILE_WIDTH,
  type TilePath,
  tileRow,
  treeOf,
} from "../../core/index.ts";
import { CliProblem } from "../problem.ts";
import type { Run } from "../run.ts";

/**
 * Copies a log as the static files of c2sp.org/tlog-tiles: any web server can serve them, any tool of that format checks
 * them. The entries are hashed again and compared with the checkpoint.
 *
 * @throws CliProblem `CLI_PROOF` when they do not make its root
 */
export async function exportLog(
  run: Run,
  directory: string,
): Promise<{ size: number; files: number }> {
  const note = await run.client.checkpoint();
  const checkpoint = parseCheckpoint(note);
  if (!checkpoint.ok) throw new CliProblem("CLI_PROOF", { cause: checkpoint.error.code });
  const { size, root } = checkpoint.value;
  const tiles = tilesOf(size);
  const bar = run.progress(run.say({ en: "Copying", zh: "正在复制" }), tiles.length);
  const leaves: Hash[] = [];
  for (const [done, tile] of tiles.entries()) {
    const path = formatTilePath(tile);
    const bytes = await run.client.tile(path);
    if (tile.kind === "entries") leaves.push(...leavesOf(bytes, tile.width));
    await writeDeep(join(directory, path), bytes);
    bar.to(done + 1);
  }
  bar.end();
  if (leaves.length !== size || !sameHash(rootOf(treeOf(leaves)), root)) {
    throw new CliProblem("CLI_PROOF", { cause: "PROOF_ROOT" });
  }
  await writeDeep(join(directory, "checkpoint"), note);
  return { size, files: tiles.length + 1 };
}

/** All tiles of a tree of `size` leaves: the full ones, and one partial one a level. */
function tilesOf(size: number): TilePath[] {
  const tiles: TilePath[] = [];
  for (let level = 0; tileRow(level, size) > 0; level++) {
    for (const { index, width } of spans(tileRow(level, size))) {
      if (level === 0) tiles.push({ kind: "entries", index, width });
      tiles.push({ kind: "hashes", level, index, width });
    }
  }
  return tiles;
}

function* spans(count: number): Generator<{ readonly index: number; readonly width: number }> {
  for (let start = 0; start < count; start += TILE_WIDTH) {
    yield { index: start / TILE_WIDTH, width: Math.min(TILE_WIDTH, count - start) };
  }
}

function leavesOf(bundle: Uint8Array, width: number): readonly Hash[] {
  const entries = decodeEntryBundle(bundle, width);
  if (!entries.ok) throw new CliProblem("CLI_PROOF", { cause: entries.error.code });
  return entries.value.map((entry) => hashLeaf(entry));
}

async function writeDeep(path: string, content: string | Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
}

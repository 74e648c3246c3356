// The blocks of a log, fed to an embedded ledger: signatures are checked, and every map root is computed anew.
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decodeBlockEntry, hex, isBlockEntry, readItem, verifySignature } from "../../dist/core/index.js";
import { makeBlock, sealBlock } from "../../dist/ledger/block-maker.js";
import { createEmbeddedLedger } from "../../dist/ledger/embedded/index.js";
import { openStores } from "../../dist/ledger/embedded/open-stores.js";
import { closeParts } from "../../dist/ledger/ledger.js";
import { discard } from "./discard.mjs";

const CLOCK = { wallMilliseconds: () => Date.now(), monotonicMilliseconds: () => performance.now() };
const check = (key, envelope) => verifySignature(key, envelope.alg, envelope.sigStructure, envelope.sign1).ok;

/** @returns size, root and map root that an embedded ledger ends with; throws where a block comes out otherwise than the log says */
export async function embeddedOf(genesis, entries, signers) {
  const directory = mkdtempSync(join(tmpdir(), "cityid-same-"));
  const { origin } = genesis;
  try {
    await createEmbeddedLedger(directory, genesis);
    const { parts, head } = await openStores({ directory, origin, signers, clock: CLOCK, workers: 0 });
    let [position, block, end] = [{ ...head, height: 0 }, [], undefined];
    for (const entry of entries.slice(2)) {
      if (!isBlockEntry(entry)) {
        block.push(entry);
        continue;
      }
      const said = decodeBlockEntry(entry).value;
      const terms = { origin, timeMilliseconds: said.time, items: block.map(readItem), check };
      const made = await makeBlock(parts, position, terms, () => undefined);
      const mapRoot = await made.mapRoot;
      if (made.entries?.length !== block.length || hex(mapRoot) !== hex(said.mapRoot)) throw new Error(`block ${said.height} comes out otherwise`);
      const staged = sealBlock(parts.log, made, mapRoot);
      await parts.log.commit(staged);
      parts.state.commit();
      [position, block] = [made, []];
      end = { size: staged.size, root: staged.root, mapRoot: hex(mapRoot) };
    }
    await closeParts(parts, head);
    return end;
  } finally {
    discard(directory);
  }
}

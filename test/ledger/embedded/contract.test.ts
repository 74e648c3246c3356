import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { publicEd25519 } from "#crypto";
import { type NoteSigner, sha256, utf8, verifierKey } from "../../../src/core/index.ts";
import { createEmbeddedLedger, openEmbeddedLedger } from "../../../src/ledger/embedded/index.ts";
import { describeLedger } from "../../contract/ledger.ts";
import { GENESIS, ORIGIN } from "../../core/state/kit.ts";
import { discard } from "../../discard.ts";

const seed = sha256(utf8("log key"));
const signer: NoteSigner = { key: verifierKey(ORIGIN, "ed25519", publicEd25519(seed)), seed };
const root = mkdtempSync(join(tmpdir(), "cityid-embedded-"));
afterAll(() => discard(root));

let opened = 0;
describeLedger("embedded", async (clock) => {
  const directory = join(root, String(opened++));
  await createEmbeddedLedger(directory, GENESIS);
  const { ledger } = await openEmbeddedLedger({
    directory,
    origin: ORIGIN,
    signers: [signer],
    clock: { wallMilliseconds: () => clock.now, monotonicMilliseconds: () => clock.now },
    workers: 0,
  });
  return ledger;
});

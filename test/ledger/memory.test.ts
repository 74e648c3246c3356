import { publicEd25519 } from "#crypto";
import { type NoteSigner, sha256, utf8, verifierKey } from "../../src/core/index.ts";
import { openMemoryLedger } from "../../src/ledger/memory/index.ts";
import { describeLedger } from "../contract/ledger.ts";
import { GENESIS, ORIGIN } from "../core/state/kit.ts";

const seed = sha256(utf8("log key"));
const signer: NoteSigner = { key: verifierKey(ORIGIN, "ed25519", publicEd25519(seed)), seed };

describeLedger("memory", (clock) =>
  openMemoryLedger({
    genesis: GENESIS,
    signers: [signer],
    clock: {
      wallMilliseconds: () => clock.now,
      monotonicMilliseconds: () => clock.now,
    },
  }),
);

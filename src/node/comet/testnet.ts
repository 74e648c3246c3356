import { join } from "node:path";
import {
  formatVerifierKey,
  type Genesis,
  isoDate,
  type KeySpec,
  RULE_VERSION,
} from "../../core/index.ts";
import { createOnce, nodeFiles, readText } from "../../log/index.ts";
import { signerFromSeed } from "../../sdk/index.ts";
import { logKey } from "../log-key.ts";
import { seedFile } from "../secrets.ts";
import { validatorPolicy } from "./cosigner.ts";
import { PACES } from "./engine-config.ts";
import { beginNet, type NetValidator } from "./net.ts";

export type TestnetOptions = {
  readonly directory: string;
  readonly validators: number;
  /** Where each validator's node listens, on an address of its own. */
  readonly port: number;
  readonly peerPort: number;
};

export type Testnet = {
  /** What the ledger began with. */
  readonly genesis: Genesis;
  readonly validators: readonly NetValidator[];
  /** The key file of each member, which `--key` takes. */
  readonly memberKeys: readonly { readonly holder: string; readonly path: string }[];
};

const SECONDS_A_DAY = 24 * 3600;

/** A member for each validator, named by letters. */
const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/**
 * A ledger among members that are all on this machine: each has a key that lies here, and a validator of its own. What was
 * begun before is only opened, with the same settings.
 */
export async function openTestnet(options: TestnetOptions): Promise<Testnet> {
  const { directory, port, peerPort } = options;
  const members = [...LETTERS].slice(0, options.validators);
  const validators = members.map((member, i) => ({
    name: `validator-${i + 1}`,
    dataDirectory: join(directory, `validator-${i + 1}`),
    host: `127.0.0.${i + 1}`,
    member,
  }));
  const memberKeys = members.map((member) => ({
    holder: `member/${member}`,
    path: join(directory, "members", `${member}.key`),
  }));
  const keys = await Promise.all(memberKeys.map(({ path }) => memberKey(path)));
  const logSeed = await seedFile(join(directory, "log.key"));
  const timeMilliseconds = await timeOf(directory);
  const origin = `127.0.0.1:${port}/log`;
  const vkey = formatVerifierKey(logKey(origin, logSeed));
  const addressed = validators.map((each) => ({ ...each, url: `http://${each.host}:${port}` }));
  const policy = await validatorPolicy(addressed, { origin, vkey });
  const genesis = testnetGenesis(members, keys, { origin, policy, timeMilliseconds });
  const terms = { validators: addressed, genesis, logSeed, peerPort, pace: PACES.local };
  return { genesis: await beginNet(terms), validators, memberKeys };
}

/** When the ledger began; a beginning that was broken off goes on with the same. */
async function timeOf(directory: string): Promise<number> {
  const path = join(directory, "began");
  await createOnce(nodeFiles, path, `${Date.now()}\n`);
  return Number(await readText(nodeFiles, path));
}

async function memberKey(path: string): Promise<KeySpec> {
  const { publicKey } = signerFromSeed(await seedFile(path));
  return { key: publicKey, uses: ["govern", "issue"], label: "test" };
}

/** More than half of the members must agree. */
function testnetGenesis(
  members: readonly string[],
  keys: readonly KeySpec[],
  ledger: {
    readonly origin: string;
    readonly policy: string;
    readonly timeMilliseconds: number;
  },
): Genesis {
  const { origin, policy, timeMilliseconds } = ledger;
  const validFrom = isoDate(timeMilliseconds);
  const majority = Math.floor(members.length / 2) + 1;
  const stated = (zh: string, en: string) => ({
    zh: { value: zh, validFrom },
    en: { value: en, validFrom },
  });
  return {
    app: RULE_VERSION,
    origin,
    time: timeMilliseconds,
    names: stated("统一标识", "Unified identifiers"),
    countries: [{ country: "156", names: stated("中国", "China") }],
    members: members.map((id, i) => ({
      id,
      names: { zh: `成员${id}`, en: `Member ${id}` },
      keys: keys.slice(i, i + 1),
    })),
    thresholds: { issue: majority, govern: majority },
    recoveryDelay: 7 * SECONDS_A_DAY,
    voidWindow: 30 * SECONDS_A_DAY,
    policy,
  };
}

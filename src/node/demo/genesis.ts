import type { Genesis } from "../../core/index.ts";
import type { DemoKeys } from "./keys.ts";
import { INSTITUTES } from "./people.ts";

const SECONDS_A_DAY = 24 * 3600;

/** Names of the codes above all cities, in the ledger from the first day of the demonstration. */
const TOP_NAMES = {
  MA: { zh: "统一标识", en: "Unified identifiers" },
  156: { zh: "中国", en: "China" },
} as const;

/** Three institutes, of which two must agree. */
export function demoGenesis(options: {
  readonly origin: string;
  readonly policy: string;
  readonly timeMilliseconds: number;
  readonly today: string;
  readonly keys: DemoKeys;
  /** age recipient for evidence, by issuer. */
  readonly recipients: ReadonlyMap<string, string>;
}): Genesis {
  const { origin, policy, timeMilliseconds, today, keys, recipients } = options;
  const stated = (names: { readonly zh: string; readonly en: string }) => ({
    zh: { value: names.zh, validFrom: today },
    en: { value: names.en, validFrom: today },
  });
  return {
    app: 1,
    origin,
    time: timeMilliseconds,
    names: stated(TOP_NAMES.MA),
    countries: [{ country: "156", names: stated(TOP_NAMES[156]) }],
    members: INSTITUTES.map((institute) => {
      const recipient = recipients.get(institute.issuer);
      return {
        id: institute.issuer.slice("member/".length),
        names: institute.names,
        ...(recipient === undefined ? {} : { recipient }),
        keys: [keys.spec(institute)],
      };
    }),
    thresholds: { issue: 2, govern: 2 },
    recoveryDelay: 7 * SECONDS_A_DAY,
    voidWindow: 30 * SECONDS_A_DAY,
    policy,
  };
}

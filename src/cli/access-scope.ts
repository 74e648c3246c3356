import { type Command, Option } from "commander";
import { type AccessAction, type AccessScope, UNITS_PER_DEGREE } from "../core/index.ts";
import type { GrantJson } from "../sdk/index.ts";
import { parseDegrees } from "./degrees.ts";
import { CliProblem } from "./problem.ts";
import type { Run } from "./run.ts";
import { localTime } from "./show-record.ts";
import type { Say } from "./text.ts";
import { parseSeconds } from "./time-argument.ts";

const ACTIONS: readonly AccessAction[] = ["read", "subscribe", "export"];

export type ScopeOptions = {
  readonly action?: string;
  readonly attributes?: string;
  readonly area?: string;
  readonly since?: string;
  readonly before?: string;
  readonly until?: string;
};

/** The options of a scope; what is left out has no bound. */
export function addScopeOptions(command: Command, say: Say): Command {
  return command
    .addOption(
      new Option(
        "--action <a,b>",
        say({ en: "read, subscribe, export (read)", zh: "read、subscribe、export（默认 read）" }),
      ),
    )
    .option("--attributes <a,b>", say({ en: "which attributes (all)", zh: "哪些属性（默认全部）" }))
    .option(
      "--area <w,s,e,n>",
      say({ en: "inside which degrees (everywhere)", zh: "经纬度范围（默认不限）" }),
    )
    .option("--since <time>", say({ en: "observed since", zh: "观测时间起" }))
    .option("--before <time>", say({ en: "observed before", zh: "观测时间止（不含）" }))
    .option("--until <time>", say({ en: "until when (revoked)", zh: "有效期至（默认至撤销）" }));
}

export function readScope(options: ScopeOptions): AccessScope {
  const { action, attributes, area, since, before, until } = options;
  return {
    actions: action === undefined ? ["read"] : action.split(",").map(readAction),
    ...(attributes !== undefined && { attributes: attributes.split(",") }),
    ...(area !== undefined && { area: readArea(area) }),
    ...((since ?? before) !== undefined && {
      time: {
        ...(since !== undefined && { since: parseSeconds(since, "--since") }),
        ...(before !== undefined && { before: parseSeconds(before, "--before") }),
      },
    }),
    ...(until !== undefined && { until: parseSeconds(until, "--until") }),
  };
}

function readAction(text: string): AccessAction {
  const action = ACTIONS.find((each) => each === text);
  if (action !== undefined) return action;
  const want = { en: "read, subscribe or export", zh: "read、subscribe 或 export" };
  throw new CliProblem("CLI_ARGUMENT", { name: "--action", got: text, want, example: "read" });
}

function readArea(text: string): NonNullable<AccessScope["area"]> {
  const [west, south, east, north, ...rest] = text
    .split(",")
    .map((each, i) => parseDegrees(each, i % 2 === 0 ? 180 : 90));
  const all = [west, south, east, north];
  if (rest.length > 0 || !all.every((each) => each !== undefined)) {
    const want = { en: "west,south,east,north in degrees", zh: "西,南,东,北（度）" };
    const example = "114.3,37.9,114.7,38.2";
    throw new CliProblem("CLI_ARGUMENT", { name: "--area", got: text, want, example });
  }
  return all as unknown as NonNullable<AccessScope["area"]>;
}

type ScopeJson = Pick<GrantJson, "actions" | "attributes" | "area" | "time" | "until">;

/** A scope as answers have it, as an operation carries it. */
export function scopeOfJson({ actions, attributes, area, time, until }: ScopeJson): AccessScope {
  const seconds = (text: string) => Math.floor(Date.parse(text) / 1000);
  return {
    actions,
    ...(attributes && { attributes }),
    ...(area && { area }),
    ...(time && {
      time: {
        ...(time.since !== undefined && { since: seconds(time.since) }),
        ...(time.before !== undefined && { before: seconds(time.before) }),
      },
    }),
    ...(until !== undefined && { until: seconds(until) }),
  };
}

export function scopeLine(run: Run, { actions, attributes, area, time, until }: ScopeJson): string {
  const { since, before } = time ?? {};
  const span = time && `${since ? localTime(since) : "…"} – ${before ? localTime(before) : "…"}`;
  return [
    actions.join("+"),
    attributes?.join(",") ?? run.say({ en: "all attributes", zh: "全部属性" }),
    area
      ? area.map((each) => each / UNITS_PER_DEGREE).join(",")
      : run.say({ en: "everywhere", zh: "不限区域" }),
    span ?? run.say({ en: "any time", zh: "不限时间" }),
    ...(until === undefined ? [] : [`→ ${localTime(until)}`]),
  ].join(" · ");
}

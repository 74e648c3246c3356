import type { Context, Hono } from "hono";
import type { GrantsAbove } from "./above/index.ts";
import type { Access } from "./access/index.ts";
import type { BodyBudget } from "./bodies/budget.ts";
import type { EntrySignatures } from "./data/entry-signatures.ts";
import type { UploadRate } from "./data/upload-rate.ts";
import type { Follower } from "./following/index.ts";
import type { Authentication } from "./identity/index.ts";
import type { Metrics } from "./ops/index.ts";
import type { AppDependencies, ServerConfig } from "./options.ts";
import type { AnyRefusal, Problem } from "./problem/index.ts";
import type { RecordViews } from "./registry/index.ts";
import type { CommittedState } from "./state.ts";

/** What the listener knows of a connection; tests may leave it out. */
export type Peer = {
  readonly remoteAddress?: string | undefined;
  /** The target of the request as it came; its address has no parts any more that lead upwards. */
  readonly target?: string | undefined;
};

export type AppEnv = { Bindings: Peer };
export type App = Hono<AppEnv>;
export type AppContext = Context<AppEnv>;

/** What every family of endpoints works with. */
export type Services = AppDependencies & {
  readonly config: ServerConfig;
  readonly metrics: Metrics;
  readonly state: CommittedState;
  readonly views: RecordViews;
  readonly follower: Follower;
  /** Of the large bodies under way. */
  readonly bodies: BodyBudget;
  readonly authentication: Authentication;
  readonly access: Access;
  /** Of a ledger that was delegated out of another. */
  readonly above?: GrantsAbove;
  /** Of entries, however they come. */
  readonly uploadRate: UploadRate;
  readonly entrySignatures: EntrySignatures;
  /** Whose share of what all have together a request takes; nobody's, where a program on the machine itself asks. */
  readonly clientOf: (c: AppContext) => string | undefined;
  /** The answer to a refusal, for programs or for people as the request asks. */
  readonly problem: (c: AppContext, refusal: AnyRefusal, status?: Problem["status"]) => Response;
};

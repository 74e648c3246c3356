import {
  type AccessAction,
  err,
  fromHex,
  type HeldKey,
  hex,
  type OpenDataset,
  ok,
  type Result,
} from "../../core/index.ts";
import {
  authorise,
  type DatasetLogs,
  stillHolds,
  type View,
  type ViewRefusal,
} from "../../data/index.ts";
import type { Ledger, LedgerReader } from "../../ledger/index.ts";
import type { GrantsAbove } from "../above/index.ts";
import type { Incoming } from "../http/incoming.ts";
import { type Authentication, formatHolder, heldKey, type Signer } from "../identity/index.ts";
import { ABOVE_FRESH_MILLISECONDS } from "../limits.ts";
import type { Log } from "../options.ts";
import type { AnyRefusal } from "../problem/problem.ts";
import type { CommittedState } from "../state.ts";
import { createAccessNotes } from "./notes.ts";

/** A view, and by which key it was opened. */
export type Authorised = { readonly view: View; readonly key: HeldKey | undefined };

/** A view, and when it was judged. */
export type Judged = {
  readonly view: View;
  readonly seconds: number;
  readonly blocks: number;
};

/** Who asks, and under which grant, if one is named. */
export type Asker = {
  readonly signer?: Signer;
  readonly grant?: Uint8Array;
};

/** The one door to what datasets say. */
export type Access = {
  /**
   * Who asks: by a signed request, a bearer token, or without either. Once for each request: a nonce is spent. What is signed
   * wrongly is refused, not taken for anybody.
   */
  asker(c: Incoming, body?: Uint8Array): Result<Asker, AnyRefusal>;
  /** Looks up in the ledger above who a request says made it, where this one does not know that key. To be awaited before `asker`. */
  prepare(header: Incoming["req"]["header"]): Promise<void>;
  /** The same of a key that is remembered. @returns whether what can be known of it is known */
  prepareKey(keyid: string): Promise<boolean>;
  /** What they may know of a dataset; refuses as `open` does. */
  judge(
    asker: Asker | undefined,
    dataset: OpenDataset,
    action: AccessAction,
  ): Promise<Result<Authorised, AnyRefusal>>;
  /**
   * What the one who asks may know of a dataset: by a signed request, a bearer token, or, of open data, without either. A grant
   * is named by `?grant=<id>`, or by the token that is bound to it.
   *
   * @returns `HTTP_SIGNATURE_…`, `HTTP_TOKEN_…`, `HTTP_PARAMETER`, `GRANT_…`; `HTTP_BUSY` while accesses cannot be noted
   */
  open(
    c: Incoming,
    dataset: OpenDataset,
    action: AccessAction,
    body?: Uint8Array,
  ): Promise<Result<Authorised, AnyRefusal>>;
  /**
   * Whether what was judged of somebody without a name holds still: within the second in which it was judged and without a block
   * since, and while accesses can be noted.
   */
  holdsStill(judged: Judged): boolean;
  /** Of what is judged now, to ask later whether it holds still. */
  judgedNow(view: View): Judged;
  /** Notes in the access log what was given under a grant: the kind of answer, and of how many things. */
  note(view: View, what: string, count: number): void;
  /** Calls `end` once, in the block that ends the grant, or when its time is over. @returns the way to stop watching */
  watch(authorised: Authorised, end: () => void): () => void;
  /** Writes what is noted, and takes no more. */
  close(): void;
};

export type AccessDependencies = {
  readonly state: CommittedState;
  readonly ledger: LedgerReader & Pick<Ledger, "unready">;
  /** How long grants count as they were known last, while the ledger hears of no block; for ever where it is left out. */
  readonly staleGrantMilliseconds?: number;
  readonly clock: () => number;
  readonly authentication: Authentication;
  readonly datasets?: DatasetLogs;
  readonly log: Log;
  readonly above?: GrantsAbove;
};

type Watched = { readonly authorised: Authorised; readonly end: () => void };

/** How often those who run under a grant are looked at, whether there was a block or not. */
const STALE_LOOK_MILLISECONDS = 60_000;

export function createAccess(dependencies: AccessDependencies): Access {
  const { ledger, clock, authentication, above } = dependencies;
  const { staleGrantMilliseconds = Number.POSITIVE_INFINITY } = dependencies;
  const begun = clock();
  // What decides about a view is asked for with every request, and is kept up to date block by block.
  const state = dependencies.state.remembered;
  const notes = createAccessNotes(dependencies);
  const watched = new Set<Watched>();
  const nowSeconds = (): number => Math.floor(clock() / 1000);

  /** Nobody here knows any more whether a grant was revoked: the ledger may have gone on elsewhere. */
  const isStale = (): boolean => {
    const fault = ledger.unready();
    if (fault?.code !== "LEDGER_STALLED") return false;
    const { sinceMilliseconds: since } = fault.facts;
    return (typeof since === "number" ? since : clock() - begun) > staleGrantMilliseconds;
  };
  const endOf = (each: Watched): void => {
    if (watched.delete(each)) each.end();
  };
  const judge = (): void => {
    for (const each of [...watched]) {
      const { view, key } = each.authorised;
      if (view.ledger === "above") void judgeAbove(each);
      else if (view.grant !== undefined && isStale()) endOf(each);
      else if (!stillHolds(state, view, key, nowSeconds())) endOf(each);
    }
  };
  /** No block of this ledger tells what becomes of a grant of the one above: it is asked. */
  const judgeAbove = async (each: Watched): Promise<void> => {
    const { view, key } = each.authorised;
    if ((await above?.stillHolds(view, key)) !== true) endOf(each);
  };
  let blocks = 0;
  const stopListening = ledger.onBlock(() => {
    blocks += 1;
    if (watched.size > 0) judge();
  });

  const asker: Access["asker"] = (c, body = NO_BODY) => {
    const reader = authentication.reader(c, body);
    if (!reader.ok) return reader;
    const grant = readGrant(c, reader.value?.grant);
    if (!grant.ok) return grant;
    const signer = reader.value?.signer;
    return ok({ ...(signer && { signer }), ...(grant.value && { grant: grant.value }) });
  };
  /** By this ledger: who comes from the one above is anybody here. */
  const judgeHere = (
    { signer, grant }: Asker,
    dataset: OpenDataset,
    action: AccessAction,
  ): Verdict => {
    const key = signer?.ledger === "above" ? undefined : signer && heldKey(signer);
    const caller = { ...(key && { key }), ...(grant && { grant }) };
    return { view: authorise(state, dataset, caller, action, nowSeconds()), key };
  };
  /** By the ledger above: who is of this one is anybody there. `undefined` where it says nothing. */
  const judgeThere = async (
    { signer, grant }: Asker,
    dataset: OpenDataset,
    action: AccessAction,
  ): Promise<Verdict | undefined> => {
    const key = signer?.ledger === "above" ? heldKey(signer) : undefined;
    const caller = { ...(key && { key }), ...(grant && { grant }) };
    const view = await above?.authorise(dataset, caller, action);
    return view && { view, key };
  };
  /** Under whichever ledger has a grant; the reader's own counts first, and says why there is none. */
  const judgeBoth = async (
    asker: Asker,
    dataset: OpenDataset,
    action: AccessAction,
  ): Promise<Verdict | "silent"> => {
    const isFromAbove = asker.signer?.ledger === "above";
    const here = judgeHere(asker, dataset, action);
    if (above === undefined || (here.view.ok && !isFromAbove)) return here;
    const there = await judgeThere(asker, dataset, action);
    if (there?.view.ok) return there;
    if (here.view.ok || !isFromAbove) return here;
    return there ?? "silent";
  };
  const judgeAsker: Access["judge"] = async (asker = {}, dataset, action) => {
    const { signer } = asker;
    const judged = await judgeBoth(asker, dataset, action);
    if (judged === "silent") {
      return err({ code: "HTTP_BUSY", retryAfter: 5, what: "ledger above" });
    }
    const { view, key } = judged;
    if (!view.ok) {
      const isNone = view.error.code === "GRANT_NONE";
      if (isNone && signer === undefined) return err({ code: "HTTP_SIGNATURE_MISSING" });
      return isNone && signer !== undefined
        ? err({ ...view.error, holder: formatHolder(signer.holder) })
        : view;
    }
    const { grant, ledger: of } = view.value;
    if (grant !== undefined && of !== "above" && isStale()) {
      return err({ code: "HTTP_BUSY", retryAfter: 5, what: "ledger" });
    }
    if (grant !== undefined && !(await notes.ready(view.value))) {
      return err({ code: "HTTP_BUSY", retryAfter: 5, what: "access log" });
    }
    return ok({ view: view.value, key });
  };

  const prepareKey: Access["prepareKey"] = async (keyid) =>
    above === undefined || !authentication.isStranger(keyid) || above.prepare(keyid);

  return {
    asker,
    async prepare(header) {
      const keyid = above && authentication.strangerOf(header);
      if (keyid !== undefined) await above?.prepare(keyid);
    },
    prepareKey,
    judge: judgeAsker,
    async open(c, dataset, action, body) {
      const asking = asker(c, body);
      return asking.ok ? judgeAsker(asking.value, dataset, action) : asking;
    },
    judgedNow: (view) => ({ view, seconds: nowSeconds(), blocks }),
    holdsStill: ({ view, ...at }) =>
      at.blocks === blocks && at.seconds === nowSeconds() && notes.isReady(view),
    note: (view, what, count) => notes.add(view, what, count),
    watch(authorised, end) {
      const entry = { authorised, end };
      const { view, key } = authorised;
      const isAbove = view.ledger === "above";
      // A block may have come since it was opened.
      if (!isAbove && !stillHolds(state, view, key, nowSeconds())) {
        end();
        return () => undefined;
      }
      watched.add(entry);
      const { until } = view;
      let timer: NodeJS.Timeout | undefined;
      // A timer cannot wait for months, and keeps its own time: it looks again until the view has ended.
      const arm = (): void => {
        if (!watched.has(entry) || view.grant === undefined) return;
        // No block tells that there are no more blocks.
        const longest = isAbove ? ABOVE_FRESH_MILLISECONDS : STALE_LOOK_MILLISECONDS;
        const left = until === undefined ? longest : (until + 1) * 1000 - clock();
        timer = setTimeout(look, Math.min(Math.max(left, 0), longest));
        timer.unref();
      };
      const look = (): void => {
        judge();
        arm();
      };
      arm();
      return () => {
        watched.delete(entry);
        clearTimeout(timer);
      };
    },
    close() {
      stopListening();
      notes.close();
    },
  };
}

/** What came out, and for which key of the ledger that said it. */
type Verdict = {
  readonly view: Result<View, ViewRefusal>;
  readonly key: HeldKey | undefined;
};

const NO_BODY = new Uint8Array(0);

/** The grant that a request names; one that a token is bound to cannot be exchanged. */
function readGrant(
  c: Incoming,
  bound: Uint8Array | undefined,
): Result<Uint8Array | undefined, AnyRefusal> {
  const text = c.req.query("grant");
  if (text === undefined) return ok(bound);
  const id = fromHex(text);
  if (id?.length !== 32) {
    const want = "the id of a grant, in hex";
    return err({ code: "HTTP_PARAMETER", name: "grant", got: text.slice(0, 64), want });
  }
  if (bound !== undefined && hex(bound) !== hex(id)) {
    return err({ code: "HTTP_TOKEN_BOUND", grant: hex(bound) });
  }
  return ok(id);
}

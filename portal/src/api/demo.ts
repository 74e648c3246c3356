import { readProblem } from "cityid/sdk";

// The demonstration endpoints (docs/spec/demo.md): what the tour needs beyond the public API.

export type BothNames = { readonly zh: string; readonly en: string };

/** Somebody whose key the demonstration lends. */
export type Holder = {
  readonly who: string;
  readonly issuer: string;
  readonly names: BothNames;
};

export type Demonstration = {
  readonly demo: true;
  readonly ledger: string;
  readonly data: string;
  readonly decision: { readonly votes: number; readonly of: number };
  readonly institutes: readonly Holder[];
  readonly holders: readonly Holder[];
  readonly applicants: readonly { readonly code: string; readonly names: BothNames }[];
  readonly examples: {
    readonly city: string;
    readonly things: { readonly under: string; readonly who: string };
    readonly oldNumber: {
      readonly scheme: string;
      readonly value: string;
      readonly division: string;
    };
    readonly ended: string;
    readonly neverIssued: string;
    /** Published by `who`; `asks` may ask for it. */
    readonly dataset: SharedDataset;
  };
  /** The ledger that a city runs beside this one; absent where nobody started it. */
  readonly city?: CityDemo;
  readonly seeded: readonly {
    readonly what: string;
    readonly count: number;
    readonly milliseconds: number;
  }[];
  readonly process: NodeProcess;
};

export type SharedDataset = {
  readonly code: string;
  readonly who: string;
  readonly asks: string;
  /** What the readings are, and of which place. */
  readonly names: BothNames;
  readonly entity: string;
};

export type CityDemo = {
  readonly code: string;
  readonly names: BothNames;
  /** Where its own node answers. */
  readonly url: string;
  readonly things: { readonly under: string; readonly who: string };
  /** One of its lamps. */
  readonly lamp: string;
};

export type NodeProcess = {
  readonly pid: number;
  readonly starts: number;
  readonly started: string;
  readonly ready: string;
  readonly recovery: {
    readonly journalBytes: number;
    readonly droppedBytes: number;
    readonly entries: number;
  };
};

export type DemoKey = {
  readonly who: string;
  readonly issuer: string;
  readonly kid: string;
  readonly seed: string;
};

export type Audit =
  | {
      readonly intact: true;
      readonly entries: number;
      readonly mapRoot: string;
      readonly milliseconds: number;
    }
  | {
      readonly intact: false;
      readonly refusal: { readonly code: string; readonly offset: number; readonly cause?: string };
      readonly milliseconds: number;
    };

export type Attack = {
  readonly copy: string;
  readonly journalBytes: number;
  readonly before: Audit;
  readonly flipped: { readonly offset: number; readonly was: number; readonly is: number };
  readonly after: Audit;
};

type Fetch = typeof fetch;

/** @throws ApiProblem when this node is no demonstration, or does not take this page for its own */
export function readDemonstration(send: Fetch = fetch): Promise<Demonstration> {
  return call(send, "/demo", { headers: { accept: "application/json" } });
}

export function readDemoKey(who: string, send: Fetch): Promise<DemoKey> {
  const path = `/demo/keys/${encodeURIComponent(who)}`;
  return call(send, path, { headers: { accept: "application/json" } });
}

export function attackJournal(offset: number | undefined, send: Fetch): Promise<Attack> {
  return call(send, "/demo/audit-attack", posting(offset === undefined ? {} : { offset }));
}

/** @param pauseSeconds how long it stays away before it is started again */
export function killNode(
  send: Fetch,
  pauseSeconds = 0,
): Promise<Pick<NodeProcess, "pid" | "starts">> {
  return call(send, "/demo/kill", posting(pauseSeconds === 0 ? {} : { pauseSeconds }));
}

function posting(body: object): RequestInit {
  const headers = { "content-type": "application/json" };
  return { method: "POST", headers, body: JSON.stringify(body) };
}

async function call<T>(send: Fetch, path: string, init: RequestInit): Promise<T> {
  const response = await send(new URL(path, location.href), init);
  if (!response.ok) throw await readProblem(response);
  return (await response.json()) as T;
}

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
  };
  readonly seeded: readonly {
    readonly what: string;
    readonly count: number;
    readonly milliseconds: number;
  }[];
  readonly process: NodeProcess;
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

/** @throws Response when this node is no demonstration */
export function readDemonstration(send: Fetch = fetch): Promise<Demonstration> {
  return ask(send, "/demo");
}

export function readDemoKey(who: string, send: Fetch): Promise<DemoKey> {
  return ask(send, `/demo/keys/${encodeURIComponent(who)}`);
}

export function attackJournal(offset: number | undefined, send: Fetch): Promise<Attack> {
  return order(send, "/demo/audit-attack", offset === undefined ? {} : { offset });
}

export function killNode(send: Fetch): Promise<Pick<NodeProcess, "pid" | "starts">> {
  return order(send, "/demo/kill", {});
}

async function ask<T>(send: Fetch, path: string): Promise<T> {
  const response = await send(new URL(path, location.href), {
    headers: { accept: "application/json" },
  });
  if (!response.ok) throw response;
  return (await response.json()) as T;
}

async function order<T>(send: Fetch, path: string, body: object): Promise<T> {
  const response = await send(new URL(path, location.href), {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw response;
  return (await response.json()) as T;
}

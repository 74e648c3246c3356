import type { TrustOptions } from "../verify/index.ts";
import { everyChild, fetchChildren, fetchProvenChildren, type ProvenChildren } from "./children.ts";
import { createData, type Data } from "./data.ts";
import { createEnrolling, type Enrolling } from "./enrolment.ts";
import { type EventsOptions, followEvents } from "./events.ts";
import { createInbox, type Inbox } from "./inbox.ts";
import type { Paging } from "./json.ts";
import { fetchReadiness, type Readiness } from "./readiness.ts";
import { createReading, type Reading } from "./reading.ts";
import { createSealing, type Sealing } from "./seals.ts";
import type { ChildrenAnswer, EntrySummary, Summary } from "./shapes.ts";
import type { Requester } from "./signed-request.ts";
import { type ClientOptions, createTransport } from "./transport.ts";
import { createWriting, type Writing } from "./writing.ts";

/** Everything that one node offers to programs. */
export type Client = Reading &
  Writing &
  Inbox &
  Sealing &
  Data &
  Enrolling & {
    readonly url: string;
    /** A page of children, checked to have no gap. @throws ProofMismatch */
    children(code: string, paging?: Paging & { readonly start?: number }): Promise<ChildrenAnswer>;
    /** A page of children with the proof of their record, both as of one block and checked. @throws ProofMismatch */
    provenChildren(
      code: string,
      trust: TrustOptions,
      paging?: Paging & { readonly start?: number },
    ): Promise<ProvenChildren>;
    /** All children, page by page, each checked. */
    everyChild(code: string): AsyncGenerator<Summary, void, undefined>;
    /** Every operation and chunk from now on, or after an index; broken streams are taken up again. */
    events(options?: EventsOptions): AsyncGenerator<EntrySummary, void, undefined>;
    /** Whether the node takes writes, and why it does not. @throws NodeUnreachable */
    ready(): Promise<Readiness>;
    /** The same client, signing its requests as this holder of a key. */
    as(requester: Requester): Client;
    /** The same client, with a bearer token. */
    withToken(token: string): Client;
    /** The same client, whose requests end with the signal, or when an answer takes too long. */
    within(limits: Pick<ClientOptions, "signal" | "timeoutMilliseconds">): Client;
  };

/**
 * A client of one node. Busy nodes and broken connections are met with patience: whatever may be done twice (all of it but
 * messages and tokens) is sent again, as long as `attempts` allows.
 *
 * @example
 * const client = createClient({ url: "http://127.0.0.1:8156" });
 * const { record } = await client.record("MA.156.1301");
 */
export function createClient(options: ClientOptions): Client {
  const transport = createTransport(options);
  const reading = createReading(transport);
  return {
    ...reading,
    ...createWriting(transport),
    ...createInbox(transport),
    ...createSealing(transport),
    ...createData(transport),
    ...createEnrolling(transport),
    url: transport.url,
    children: (code, paging) => fetchChildren(reading, code, paging),
    provenChildren: (code, trust, paging) => fetchProvenChildren(reading, code, trust, paging),
    everyChild: (code) => everyChild(reading, code),
    events: (events) => followEvents(transport, events),
    ready: () => fetchReadiness(transport),
    as: (requester) => createClient({ ...options, requester }),
    withToken: (token) => createClient({ ...options, token }),
    within: (limits) => {
      const signals = [options.signal, limits.signal].filter((each) => each !== undefined);
      const signal = signals.length > 1 ? AbortSignal.any(signals) : signals[0];
      return createClient({ ...options, ...limits, ...(signal !== undefined && { signal }) });
    },
  };
}

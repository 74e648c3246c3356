import {
  type Code,
  err,
  fromHex,
  isKeyOfSide,
  ok,
  openDataset,
  ownerOf,
  parseCode,
  type Result,
  referredCode,
} from "../../core/index.ts";
import type { DatasetLog } from "../../data/index.ts";
import { submitEntry } from "../data/submit.ts";
import { formatHolder, heldKey, mustBe, type Signer, speaksFor } from "../identity/index.ts";
import type { TermContext } from "../ngsi/contexts.ts";
import { fitChanges } from "../ngsi/fit.ts";
import { appendByGateway, type Change } from "../ngsi/gateway.ts";
import type { GatewayLog } from "../ngsi/gathered.ts";
import { readEntity } from "../ngsi/read-entity.ts";
import { type AnyRefusal, describeRefusal } from "../problem/problem.ts";
import { createBuckets } from "../rate/index.ts";
import type { Services } from "../services.ts";

/** What became of a message. `later`: nothing was kept, the same may be sent again. */
export type IngestAnswer =
  | { readonly status: "accepted"; readonly index?: number }
  | ({ readonly status: "refused" } & ReturnType<typeof describeRefusal>)
  | { readonly status: "later"; readonly seconds: number };

export type IngestSource = { readonly token?: string; readonly address?: string };

/** Takes what comes to a dataset by other ways than HTTP; durable when it resolves. docs/spec/sharing.md, MQTT. */
export type Ingest = {
  /** Whether a bearer token is good for anything here. */
  knows(token: string): boolean;
  /** @param from whence it came: a token that was shown, and the address, where that is to be counted */
  take(topic: string, payload: Uint8Array, from: IngestSource): Promise<IngestAnswer>;
};

const ENTRIES = "cityid/entries/";
const OBSERVATIONS = "cityid/observations/";
const MAX_OBSERVATIONS = 1000;

/** @param terms the terms of the core context */
export function createIngest(services: Services, terms: () => Promise<TermContext>): Ingest {
  const { authentication, clock, config } = services;
  const addresses = createBuckets(config.rates.address);

  async function take(
    topic: string,
    payload: Uint8Array,
    token: string | undefined,
  ): Promise<Result<{ readonly index?: number }, AnyRefusal>> {
    if (topic.startsWith(ENTRIES)) return entry(topic.slice(ENTRIES.length), payload);
    if (topic.startsWith(OBSERVATIONS)) {
      return observations(topic.slice(OBSERVATIONS.length), payload, token);
    }
    return err({ code: "HTTP_NOT_FOUND", path: topic.slice(0, 256) });
  }

  /** What a source signed itself needs no other word of who sends it. */
  async function entry(
    text: string,
    payload: Uint8Array,
  ): Promise<Result<{ readonly index: number }, AnyRefusal>> {
    const target = targetOf(text);
    if (!target.ok) return target;
    const { dataset, log } = target.value;
    if (dataset === undefined) return err({ code: "DATA_LOG_UNKNOWN", dataset: text });
    const taken = await submitEntry(services, dataset, log, payload);
    return taken.ok ? ok({ index: taken.value.index }) : taken;
  }

  /** What cannot be signed where it was seen is signed by the node's key for the dataset, and says so. */
  async function observations(
    text: string,
    payload: Uint8Array,
    token: string | undefined,
  ): Promise<Result<Record<string, never>, AnyRefusal>> {
    const target = targetOf(text);
    const isScratch = target.ok && target.value.dataset === undefined;
    // Whoever may not write hears nothing of which datasets there are.
    const allowed = isScratch ? ok(undefined) : mayWrite(text, token);
    if (!allowed.ok) return allowed;
    if (!target.ok) return target;
    const admitted = allowed.value === undefined ? ok(undefined) : admit(allowed.value);
    if (!admitted.ok) return admitted;
    const changes = readChanges(payload, await terms());
    if (!changes.ok) return changes;
    const fit = await fitChanges(services, target.value, changes.value);
    if (!fit.ok) return fit;
    const done = await appendByGateway(services, target.value, changes.value);
    return done.ok ? ok({}) : done;
  }

  /** As fast as a key may send entries. */
  function admit({ kid, holder }: Signer): Result<void, AnyRefusal> {
    const bytes = fromHex(kid) ?? new Uint8Array();
    const source = formatHolder(holder) as Code;
    return services.uploadRate.admit({ kid: bytes, source }, clock());
  }

  function mayWrite(text: string, token: string | undefined): Result<Signer, AnyRefusal> {
    if (token === undefined) return err({ code: "HTTP_SIGNATURE_MISSING" });
    const signer = authentication.bearer(token);
    if (!signer.ok) return signer;
    const code = parseCode(text);
    if (!code.ok) return code;
    const { state } = services;
    const key = heldKey(signer.value);
    const isOwn =
      speaksFor(state, signer.value, code.value) ||
      (key !== undefined && isKeyOfSide(state, key, ownerOf(code.value), "data"));
    return mustBe(signer.value, isOwn, `the holder of ${code.value}`);
  }

  function targetOf(text: string): Result<GatewayLog, AnyRefusal> {
    const { scratch, datasets, state } = services;
    const code = parseCode(text);
    if (!code.ok) return code;
    if (scratch !== undefined && referredCode(scratch.reference) === code.value) {
      return ok({ code: code.value, log: scratch, dataset: undefined });
    }
    const dataset = openDataset(state, code.value);
    if (!dataset.ok) return dataset;
    const { reference, value } = dataset.value;
    const log: DatasetLog | undefined = datasets?.find(reference);
    if (log === undefined || log.origin !== value.log.origin) {
      return err({ code: "DATA_LOG_UNKNOWN", dataset: reference });
    }
    return ok({ code: code.value, log, dataset: dataset.value });
  }

  return {
    knows: (token) => authentication.bearer(token).ok,
    async take(topic, payload, { token, address }) {
      // Before anything of it is looked at: signatures that are wrong cost as much as good ones.
      const wait = address === undefined ? 0 : addresses.take(address, 1, clock());
      if (wait > 0) return { status: "later", seconds: wait };
      const taken = await take(topic, payload, token);
      if (taken.ok) return { status: "accepted", ...taken.value };
      const refusal = taken.error;
      if (refusal.code === "HTTP_BUSY" || refusal.code === "HTTP_RATE") {
        return { status: "later", seconds: refusal.retryAfter };
      }
      return { status: "refused", ...describeRefusal(refusal) };
    },
  };
}

function readChanges(
  payload: Uint8Array,
  context: TermContext,
): Result<readonly Change[], AnyRefusal> {
  const said = parse(payload);
  const all: readonly unknown[] = Array.isArray(said) ? said : [said];
  if (said === undefined || all.length === 0) {
    return err({ code: "HTTP_BODY", want: "JSON in UTF-8: an entity of NGSI-LD, or a list" });
  }
  if (all.length > MAX_OBSERVATIONS) {
    return err({ code: "HTTP_ITEMS", got: all.length, max: MAX_OBSERVATIONS });
  }
  const changes: Change[] = [];
  for (const each of all) {
    const read = readEntity(each, context);
    if (!read.ok) return read;
    const { id, types, expires, attributes } = read.value;
    if (id === undefined) return err({ code: "NGSI_DATA", path: "id", want: "a URI" });
    const frame = { id, types, ...(expires !== undefined && { expires }) };
    changes.push({ ...frame, attributes, kind: "add" });
  }
  return ok(changes);
}

function parse(payload: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(payload));
  } catch {
    return undefined;
  }
}

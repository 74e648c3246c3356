import {
  decodeBlockEntry,
  hashLeaf,
  hex,
  MAX_OPERATION_BYTES,
  memberKey,
  present,
  RULE_VERSION,
} from "../../core/index.ts";
import type { WitnessStatus } from "../../witness/index.ts";
import { answerJson } from "../http/answer.ts";
import { timeOfMilliseconds } from "../http/json.ts";
import { MAX_BODY_BYTES, MAX_BULK_BYTES, MAX_ITEMS_PER_REQUEST } from "../limits.ts";
import type { Consensus } from "../options.ts";
import type { App, Services } from "../services.ts";

/** What the node says of itself, and whether it is well. */
export function mountNode(app: App, services: Services): void {
  const { ledger, state, node, config, metrics, witness, cosignatures, parent } = services;
  const { consensus, scratch } = services;
  const genesis = hex(hashLeaf(present(ledger.entry(0), "entry 0")));

  app.get("/.well-known/cityid", (c) => {
    const { origin, size, height, timeMilliseconds } = ledger.head();
    const { vkeys, policy, engine, software, member, demonstration } = node;
    const recipient = member && state.get(memberKey(member))?.recipient;
    return answerJson(c, {
      format: "cityid/node/v1",
      origin,
      publicUrl: config.publicUrl,
      vkeys,
      policy,
      engine,
      height,
      size,
      time: timeOfMilliseconds(timeMilliseconds),
      rules: ruleVersion(size),
      programRules: RULE_VERSION,
      software,
      genesis,
      ...(parent !== undefined && { parent: { url: parent.url, code: parent.code } }),
      ...(member !== undefined && { member }),
      ...(recipient !== undefined && { recipient }),
      ...(demonstration && { demonstration }),
      ...(scratch && { scratch: true }),
      ...(witness && { witness: { vkey: witness.vkey, url: `${config.publicUrl}/witness` } }),
      limits: {
        bodyBytes: MAX_BODY_BYTES,
        bulkBytes: MAX_BULK_BYTES,
        operationBytes: MAX_OPERATION_BYTES,
        operationsPerRequest: MAX_ITEMS_PER_REQUEST,
      },
      links: links(config.publicUrl),
    });
  });

  app.get("/healthz", () => plainJson({ status: "ok" }, 200));

  app.get("/readyz", () => {
    const fault = ledger.unready();
    const asked = {
      ...(consensus && { consensus: consensusOf(consensus()) }),
      ...(cosignatures && { witnesses: cosignatures.statuses().map(json) }),
    };
    return fault === undefined
      ? plainJson({ status: "ready", ...asked }, 200)
      : plainJson({ status: "unready", fault: fault.code, facts: fault.facts, ...asked }, 503);
  });

  app.get("/metrics", () => {
    const headers = { "Content-Type": "text/plain; version=0.0.4; charset=utf-8", ...NO_STORE };
    const witnesses = cosignatures?.statuses() ?? [];
    return new Response(metrics.render(ledger, witnesses, consensus?.()), { headers });
  });

  /** The rules that the newest block was applied with. */
  function ruleVersion(size: number): number {
    const block = decodeBlockEntry(present(ledger.entry(size - 1), "the newest block entry"));
    return present(block.ok ? block.value : undefined, "a block entry").app;
  }
}

/** What a person wants to know of it; the figures of its work are in `/metrics`. */
function consensusOf({ commits: _, ...seen }: Consensus): object {
  return seen;
}

function json({ lastSuccess, ...rest }: WitnessStatus): object {
  return {
    ...rest,
    ...(lastSuccess !== undefined && { lastSuccess: timeOfMilliseconds(lastSuccess) }),
  };
}

const NO_STORE = { "Cache-Control": "no-store" };

function plainJson(value: unknown, status: number): Response {
  const headers = { "Content-Type": "application/json", ...NO_STORE };
  return new Response(JSON.stringify(value), { status, headers });
}

function links(publicUrl: string): Readonly<Record<string, string>> {
  return {
    checkpoint: `${publicUrl}/log/checkpoint`,
    operations: `${publicUrl}/v1/operations`,
    codes: `${publicUrl}/v1/codes`,
    applications: `${publicUrl}/v1/applications`,
    events: `${publicUrl}/v1/events`,
    openapi: `${publicUrl}/openapi.json`,
    docs: `${publicUrl}/docs`,
  };
}

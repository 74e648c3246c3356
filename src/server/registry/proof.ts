import {
  base64,
  codeKey,
  effectiveKeys,
  err,
  ok,
  parseCode,
  type Result,
} from "../../core/index.ts";
import type { StateProof } from "../../ledger/index.ts";
import { answer } from "../http/answer.ts";
import { MAX_MORE_KEYS } from "../limits.ts";
import { receiptText } from "../operations/outcome.ts";
import type { HttpRefusal } from "../problem/refusal.ts";
import type { App, AppContext, Services } from "../services.ts";
import { chainAbove } from "./chain-proof.ts";

export const PROOF_TYPE = "application/vnd.cityid.proof+json";

const MAX_KEY_CHARACTERS = 512;

/** `GET /v1/proof`, `GET /v1/codes/<code>/proof`: what the map holds, or that it holds nothing. Always 200. */
export function mountProof(app: App, services: Services): void {
  const { problem } = services;
  app.get("/v1/codes/:code/proof", async (c) => {
    const code = parseCode(c.req.param("code"));
    return code.ok ? answerProof(services, c, codeKey(code.value)) : problem(c, code.error);
  });
  app.get("/v1/proof", async (c) => answerProof(services, c, c.req.query("key") ?? ""));
}

/** Proves a key and what the request asks for beside it. */
export async function answerProof(
  services: Services,
  c: AppContext,
  key: string,
  withEffective: boolean = c.req.query("effective") === "1",
): Promise<Response> {
  const { ledger, state, cosignatures, problem } = services;
  const more = readMore(c, key);
  if (!more.ok) return problem(c, more.error);
  const effective = withEffective && key.startsWith(CODE_PREFIX) ? effectiveOf(key) : [];
  const proof = await ledger.prove([...new Set([key, ...effective, ...more.value])]);
  const own = proofJson(proof, cosignatures?.noteOf(proof.head));
  if (c.req.query("chain") !== "1") {
    return answer(c, JSON.stringify(own), { type: PROOF_TYPE });
  }
  const above = await chainAbove(services, proof.head.size);
  if (above === undefined) return problem(c, { code: "RESOLVE_CHAIN", asked: key });
  return answer(c, JSON.stringify([...above, own]), { type: PROOF_TYPE });

  function effectiveOf(codeKeyText: string): readonly string[] {
    const code = parseCode(codeKeyText.slice(CODE_PREFIX.length));
    return code.ok ? effectiveKeys(state, code.value) : [];
  }
}

const CODE_PREFIX = "code/";

function readMore(c: AppContext, key: string): Result<readonly string[], HttpRefusal> {
  const more = c.req.queries("more") ?? [];
  const strange = [key, ...more].find((each) => each === "" || each.length > MAX_KEY_CHARACTERS);
  if (strange !== undefined) {
    const want = `1 to ${MAX_KEY_CHARACTERS} characters`;
    return err({ code: "HTTP_PARAMETER", name: "key", got: strange.slice(0, 64), want });
  }
  if (more.length <= MAX_MORE_KEYS) return ok(more);
  const want = `at most ${MAX_MORE_KEYS} times`;
  return err({ code: "HTTP_PARAMETER", name: "more", got: String(more.length), want });
}

/** docs/spec/ledger.md, Proofs. */
export function proofJson(
  { head, values, block, path }: StateProof,
  note: string = head.checkpoint,
): object {
  const [first, ...more] = values.map(valueJson);
  return {
    format: "cityid/proof/v1",
    ...first,
    block: base64(block),
    log: receiptText(head.size - 1, path, note),
    ...(more.length > 0 && { more }),
  };
}

function valueJson({ key, value, map }: StateProof["values"][number]) {
  const { depth, siblings, hashes, other } = map;
  return {
    key,
    ...(value !== undefined && { value: base64(value) }),
    map: {
      depth,
      siblings: base64(siblings),
      hashes: hashes.map(base64),
      ...(other && { other: { key: base64(other.key), value: base64(other.value) } }),
    },
  };
}

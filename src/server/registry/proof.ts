import { base64, type Code, codeKey, err, ok, parseCode, type Result } from "../../core/index.ts";
import type { StateProof } from "../../ledger/index.ts";
import { answer } from "../http/answer.ts";
import { MAX_MORE_KEYS } from "../limits.ts";
import { receiptText } from "../operations/outcome.ts";
import type { HttpRefusal } from "../problem/refusal.ts";
import type { App, AppContext, Services } from "../services.ts";
import { chainAbove } from "./chain-proof.ts";
import { proveEffective, provePublic } from "./public-proof.ts";

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
  const { problem } = services;
  const more = readMore(c, key);
  if (!more.ok) return problem(c, more.error);
  const keys = [...new Set([key, ...more.value])];
  const code = withEffective ? codeOf(key) : undefined;
  const isNewest = c.req.query("newest") === "1";
  const { proof, note } =
    code === undefined
      ? await provePublic(services, keys, isNewest)
      : await proveEffective(services, code, keys, isNewest);
  const own = proofJson(proof, note);
  if (c.req.query("chain") !== "1") {
    return answer(c, JSON.stringify(own), { type: PROOF_TYPE });
  }
  const above = await chainAbove(services, proof.head.size);
  if (above === undefined) return problem(c, { code: "RESOLVE_CHAIN", asked: key });
  return answer(c, JSON.stringify([...above, own]), { type: PROOF_TYPE });
}

function codeOf(key: string): Code | undefined {
  const code = key.startsWith(CODE_PREFIX) ? parseCode(key.slice(CODE_PREFIX.length)) : undefined;
  return code?.ok ? code.value : undefined;
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
export function proofJson({ head, values, block, path }: StateProof, note: string): object {
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

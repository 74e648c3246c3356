import { encodeCbor, hex, type KeyRecord, parseCode, parseCoseKey } from "../../core/index.ts";
import { answerJson } from "../http/answer.ts";
import { toJson } from "../http/json.ts";
import { nextLink, pageOf, readInteger, readPage } from "../http/page.ts";
import type { App, AppContext, Services } from "../services.ts";
import { decodeValue } from "../state.ts";
import { unknownCode } from "./unknown.ts";

/** `GET /v1/codes/<code>/keys`, `GET /v1/members/<id>/keys`: open and closed alike. */
export function mountKeys(app: App, services: Services): void {
  const { ledger, views, problem } = services;

  app.get("/v1/codes/:code/keys", async (c) => {
    const code = parseCode(c.req.param("code"));
    if (!code.ok) return problem(c, code.error);
    const found = views.find(code.value);
    if (found === undefined) return problem(c, unknownCode(code.value));
    const generation = readInteger(c, "generation", 1, Number.MAX_SAFE_INTEGER);
    if (!generation.ok) return problem(c, generation.error);
    if ((generation.value ?? 1) > found.record.generation) {
      return problem(c, { code: "HTTP_NOT_FOUND", path: c.req.path });
    }
    return answerKeys(c, `${code.value}#${generation.value ?? found.record.generation}`);
  });

  app.get("/v1/members/:id/keys", async (c) => answerKeys(c, `member/${c.req.param("id")}`));

  async function answerKeys(c: AppContext, holder: string): Promise<Response> {
    const page = readPage(c);
    if (!page.ok) return problem(c, page.error);
    const prefix = `key/${holder}/`;
    const { keys, cursor } = await ledger.keys(prefix, page.value.limit, page.value.cursor);
    const items = keys.flatMap((key) => {
      const record = decodeValue<KeyRecord>(ledger.value(key));
      return record === undefined ? [] : [keyJson(holder, key.slice(prefix.length), record)];
    });
    return answerJson(c, pageOf(items, cursor), { headers: nextLink(c, cursor) });
  }
}

function keyJson(holder: string, kid: string, { key, ...record }: KeyRecord) {
  const fields = toJson(record) as object;
  return { holder, kid, key: hex(encodeCbor(key)), jwk: jwkOf(key), ...fields };
}

/** A COSE_Key as a JSON Web Key. RFC 7517, RFC 8037. */
export function jwkOf(key: KeyRecord["key"]): { readonly [name: string]: string } {
  const parsed = parseCoseKey(key);
  if (!parsed.ok) return {};
  const { kind, bytes } = parsed.value;
  return kind === "ed25519"
    ? { kty: "OKP", crv: "Ed25519", x: base64url(bytes) }
    : { kty: "EC", crv: "P-256", x: base64url(bytes.slice(0, 32)), y: base64url(bytes.slice(32)) };
}

function base64url(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64url");
}

import {
  type CodeRecord,
  didWebFromCode,
  type KeyRecord,
  type KeyUse,
  parseResolverHost,
  referenceTo,
} from "../../core/index.ts";
import { jwkOf } from "../registry/keys.ts";
import type { Services } from "../services.ts";
import { decodeValue } from "../state.ts";
import { usableLinks } from "./links.ts";

/** How many keys a record can have open. */
const MAX_KEYS = 64;

/** `did:web` document: open keys as JsonWebKey, https links as services. W3C DID Core. */
export async function didDocument(
  { ledger, config }: Pick<Services, "ledger" | "config">,
  record: CodeRecord,
): Promise<{ readonly [name: string]: unknown } | undefined> {
  const host = parseResolverHost(new URL(config.publicUrl).host);
  if (!host.ok) return undefined;
  const did = didWebFromCode(host.value, record.code);
  const keys = await openKeys(ledger, referenceTo(record));
  const idsFor = (...uses: readonly KeyUse[]): string[] =>
    keys
      .filter(({ key }) => uses.some((use) => key.uses.includes(use)))
      .map(({ kid }) => `${did}#${kid}`);
  return {
    "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/suites/jws-2020/v1"],
    id: did,
    verificationMethod: keys.map(({ kid, key }) => ({
      id: `${did}#${kid}`,
      type: "JsonWebKey2020",
      controller: did,
      publicKeyJwk: jwkOf(key.key),
    })),
    authentication: idsFor("govern", "record"),
    assertionMethod: idsFor("issue", "seal", "data"),
    service: usableLinks(record).map(({ rel, href }, i) => ({
      id: `${did}#link-${i + 1}`,
      type: rel,
      serviceEndpoint: href,
    })),
  };
}

async function openKeys(ledger: Services["ledger"], holder: string) {
  const prefix = `key/${holder}/`;
  const open: { readonly kid: string; readonly key: KeyRecord }[] = [];
  let cursor: string | undefined;
  do {
    const page = await ledger.keys(prefix, MAX_KEYS, cursor);
    for (const name of page.keys) {
      const key = decodeValue<KeyRecord>(ledger.value(name));
      if (key !== undefined && key.to === undefined)
        open.push({ kid: name.slice(prefix.length), key });
    }
    cursor = page.cursor;
  } while (cursor !== undefined && open.length < MAX_KEYS);
  return open;
}

// Operations as they stand in the log, verified by a COSE library that nobody here wrote, under the keys that the node shows.
import { COSEKey, Sign1 } from "@auth0/cose";
import { hex, openEnvelope } from "../../dist/core/index.js";
import { check } from "./check.mjs";

const TAG_COSE_SIGN1 = 0xd2;

export async function checkOperations(ledger, entries) {
  const operations = entries.filter((entry) => entry[0] === TAG_COSE_SIGN1);
  const keys = new Map();
  for (const entry of operations) {
    const { iss, kid } = openEnvelope(entry).value;
    if (!keys.has(iss)) keys.set(iss, await keysOf(ledger, iss));
    const key = await COSEKey.import(keys.get(iss).get(hex(kid))).toKeyLike();
    await Sign1.decode(entry).verify(key);
    const changed = entry.with(entry.length - 1, entry.at(-1) ^ 1);
    const refused = await Sign1.decode(changed).verify(key).then(() => false, () => true);
    if (!refused) throw new Error(`@auth0/cose takes a changed signature of ${hex(entry)}`);
  }
  check(operations.length > 0, `@auth0/cose verifies ${operations.length} operations of ${keys.size} signers, and refuses each of them with another signature`);
}

/** By their kid. */
async function keysOf({ url }, iss) {
  const [kind, id] = iss.startsWith("member/") ? ["members", iss.slice("member/".length)] : ["codes", iss];
  const { items } = await (await fetch(`${url}/v1/${kind}/${encodeURIComponent(id)}/keys`)).json();
  return new Map(items.map(({ kid, key }) => [kid, Buffer.from(key, "hex")]));
}

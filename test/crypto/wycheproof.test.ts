import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import * as native from "../../src/crypto/node.ts";
import * as web from "../../src/crypto/web.ts";
import { bigEndian, concat, fromBigEndian, fromHex } from "./craft.ts";
import { N } from "./craft-p256.ts";

type Case = { tcId: number; comment: string; msg: string; sig: string; result: string };
type Suite<Key> = { numberOfTests: number; testGroups: { publicKey: Key; tests: Case[] }[] };

const FOLDER = new URL("../../../shared/vectors/wycheproof/", import.meta.url);
const isPresent = existsSync(FOLDER);
if (!isPresent) console.warn("skipped: no Wycheproof vectors beside this checkout");

function read<Key>(name: string): Suite<Key> {
  if (!isPresent) return { numberOfTests: 0, testGroups: [] };
  return JSON.parse(readFileSync(new URL(name, FOLDER), "utf8")) as Suite<Key>;
}

describe.skipIf(!isPresent).each([
  ["native", native],
  ["web", web],
])("Wycheproof, the %s half", (_, half) => {
  test("gives its verdict on every Ed25519 signature", () => {
    const suite = read<{ pk: string }>("ed25519_test.json");
    const wrong = suite.testGroups.flatMap(({ publicKey, tests }) =>
      tests.filter(({ msg, sig, result }) => {
        const verdict = half.verifyEd25519(fromHex(publicKey.pk), fromHex(msg), fromHex(sig));
        return verdict !== (result === "valid");
      }),
    );
    expect(wrong).toEqual([]);
    expect(suite.numberOfTests).toBe(151);
  });

  test("gives its verdict on every ES256 signature with low s, and takes the others once s is made low", () => {
    const suite = read<{ uncompressed: string }>("ecdsa_secp256r1_sha256_p1363_test.json");
    const high: Case[] = [];
    const wrong = suite.testGroups.flatMap(({ publicKey, tests }) =>
      tests.filter((each) => {
        const key = fromHex(publicKey.uncompressed).slice(1);
        const [message, signature] = [fromHex(each.msg), fromHex(each.sig)];
        const isValid = each.result === "valid";
        if (!isValid || !isHigh(signature)) {
          return half.verifyP256(key, message, signature) !== isValid;
        }
        high.push(each);
        return (
          half.verifyP256(key, message, signature) ||
          !half.verifyP256(key, message, half.lowS(signature))
        );
      }),
    );
    expect(wrong).toEqual([]);
    // Valid signatures that our rule refuses, for their high s alone.
    expect([suite.numberOfTests, high.length]).toEqual([262, 70]);
  });
});

function isHigh(signature: Uint8Array): boolean {
  return fromBigEndian(signature.slice(32)) > N >> 1n;
}

test("low s is s or n − s, whichever is smaller", () => {
  const r = bigEndian(5n);
  for (const half of [native, web]) {
    expect(half.lowS(concat(r, bigEndian(N - 3n)))).toEqual(concat(r, bigEndian(3n)));
    expect(half.lowS(concat(r, bigEndian(N >> 1n)))).toEqual(concat(r, bigEndian(N >> 1n)));
    expect(half.lowS(concat(r, bigEndian((N >> 1n) + 1n)))).toEqual(concat(r, bigEndian(N >> 1n)));
  }
});

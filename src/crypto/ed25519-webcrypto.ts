/** Decides whether encode(S·B − h·A) equals the bytes of R, for what `isEd25519WellFormed` took. */
export type Ed25519Equation = (
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
) => boolean | Promise<boolean>;

// What is used of WebCrypto. It stands here because crypto sees no types of the DOM.
type SubtleCrypto = {
  importKey(
    format: "raw",
    key: Uint8Array,
    algorithm: "Ed25519",
    extractable: boolean,
    usages: readonly ["verify"],
  ): Promise<object>;
  verify(
    algorithm: "Ed25519",
    key: object,
    signature: Uint8Array,
    message: Uint8Array,
  ): Promise<boolean>;
};

type Platform = { readonly crypto?: { readonly subtle?: SubtleCrypto } };

/**
 * WebCrypto's Ed25519; `undefined` where there is none (older browsers, pages that came over plain HTTP), or where it
 * computes another equation than ours. FIPS 186-5 allows both: with the cofactor and without.
 */
export async function webCryptoEd25519(): Promise<Ed25519Equation | undefined> {
  const subtle = (globalThis as unknown as Platform).crypto?.subtle;
  if (subtle === undefined) return undefined;
  const verify: Ed25519Equation = async (publicKey, message, signature) => {
    const key = await subtle.importKey("raw", publicKey, "Ed25519", false, ["verify"]).catch(noKey);
    return key !== undefined && subtle.verify("Ed25519", key, signature, message);
  };
  const probes = PROBES.map(async ({ message, signature, expected }) => {
    return (await verify(PROBE_KEY, message, signature)) === expected;
  });
  // A platform without Ed25519 takes no key, and so fails the first of them.
  return (await Promise.all(probes)).every(Boolean) ? verify : undefined;
}

/** Platforms differ in when they find out that a key is no point of the curve. */
function noKey(): undefined {
  return undefined;
}

// A key with a part of small order, and two of its signatures: for the first our equation holds, for the second only eight
// times it does. From vectors/signature/ed25519.json ("A of mixed order 1").
const PROBE_KEY = fromHex("c2ecc2af9bfefd06ee0f9cbb9adf4abda71f6a01db3f1a78458754856f6bd5c4");
const PROBES = [
  {
    message: fromHex("000a"),
    signature: fromHex(
      "8ee7c60f72e3c6743dcbfe340dd62ad5d9cf13b8268c9172818efbd9cf94f061d4b886d8d9700a0755b8885d9f403a77379e1389d84e5dcb32e0862a4b5a760b",
    ),
    expected: true,
  },
  {
    message: fromHex("0000"),
    signature: fromHex(
      "8ee7c60f72e3c6743dcbfe340dd62ad5d9cf13b8268c9172818efbd9cf94f0616352699fc6c52ade0a4d4b7d4a09935b200436abfa0868d6aa68a2520c294f03",
    ),
    expected: false,
  },
];

function fromHex(text: string): Uint8Array {
  return Uint8Array.from({ length: text.length / 2 }, (_, i) =>
    Number.parseInt(text.slice(2 * i, 2 * i + 2), 16),
  );
}

import {
  type CborKeyedMap,
  type Code,
  decodeCbor,
  encodeCbor,
  fromHex,
  present,
  sha256,
} from "../core/index.ts";
import type { Hex, Time } from "./json.ts";
import { signPayload } from "./sign.ts";
import type { Signer } from "./signer.ts";
import type { Transport } from "./transport.ts";

/** By whom and for which ledger something is signed. */
type Signing = {
  readonly office: Code;
  /** Origin of the ledger. */
  readonly aud: string;
  readonly iatSeconds: number;
  readonly signer: Signer;
};

/** An office invites whoever has this to ask for a key. Signed with `govern`; it gives nothing by itself. */
export async function signInvitation(
  { office: iss, ...claims }: Signing,
  terms: { readonly dataset: Code; readonly label: string; readonly untilSeconds: number },
): Promise<Uint8Array> {
  const { dataset, label, untilSeconds: until } = terms;
  const id = crypto.getRandomValues(new Uint8Array(16));
  const payload = encodeCbor({ dataset, id, label, until });
  const type = "application/vnd.cityid.invitation+cbor";
  return (await signPayload({ iss, ...claims }, type, payload)).bytes;
}

/** The key of `signer` asks, by an invitation. */
export async function signEnrolment(
  { office: iss, ...claims }: Signing,
  invitation: Uint8Array,
): Promise<Uint8Array> {
  const key = encodeCbor(claims.signer.publicKey);
  const payload = encodeCbor({ invitation: sha256(invitation), key });
  const type = "application/vnd.cityid.enrolment+cbor";
  return (await signPayload({ iss, ...claims }, type, payload)).bytes;
}

/** What an invitation says; whether it is one, the node of the office judges. */
export function readInvitation(
  bytes: Uint8Array,
): { readonly office: string; readonly dataset: string; readonly label: string } | undefined {
  const outer = decodeCbor(bytes.subarray(1));
  const parts = outer.ok && Array.isArray(outer.value) ? outer.value : [];
  const [header, , payload] = parts.map((part) =>
    part instanceof Uint8Array ? decodeCbor(part) : undefined,
  );
  const claims = header?.ok && header.value instanceof Map ? header.value.get(15) : undefined;
  const office = claims instanceof Map ? claims.get(1) : undefined;
  const { dataset, label } = Object(payload?.ok ? payload.value : {});
  const texts = [office, dataset, label];
  return texts.every((each) => typeof each === "string") ? { office, dataset, label } : undefined;
}

export type EnrolmentJson = {
  readonly kid: Hex;
  /** COSE_Key. */
  readonly key: Hex;
  readonly label: string;
  readonly dataset: string;
  readonly until: Time;
  readonly received: Time;
};

export type Enrolling = {
  enrol(invitation: Uint8Array, request: Uint8Array): Promise<{ readonly kid: Hex }>;
  /** Keys that wait for the office whose requester this client is. */
  enrolments(): Promise<readonly EnrolmentJson[]>;
  turnAway(kid: Hex): Promise<void>;
};

export function createEnrolling({ send, get }: Transport): Enrolling {
  return {
    enrol: async (invitation, request) => {
      const body = encodeCbor({ invitation, request });
      const call = { body, type: "application/cbor", idempotent: true };
      return (await (await send("POST", "/v1/enrolments", call)).json()) as { kid: Hex };
    },
    enrolments: async () => {
      const { items } = await get<{ items: readonly EnrolmentJson[] }>("/v1/enrolments");
      return items;
    },
    turnAway: async (kid) => {
      await send("DELETE", `/v1/enrolments/${kid}`);
    },
  };
}

/** The COSE_Key of one that waits. */
export function enrolledKey({ key }: EnrolmentJson): CborKeyedMap {
  const decoded = decodeCbor(present(fromHex(key), "hex"));
  return present(decoded.ok && decoded.value instanceof Map ? decoded.value : undefined, "a key");
}

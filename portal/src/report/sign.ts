import {
  type Client,
  type Code,
  fileValue,
  hex,
  makeObservation,
  readInvitation,
  type Said,
  signEnrolment,
  signEntry,
  signerFromWebCrypto,
} from "cityid/sdk";
import { type Enrolled, keepKey, keepReport } from "./store.ts";

/** Makes a key that cannot leave this browser, asks for it by an invitation, and keeps it. */
export async function enrol(client: Client, invitation: Uint8Array): Promise<Enrolled> {
  const said = readInvitation(invitation);
  if (said === undefined) throw new Error("no invitation");
  const [{ log }, { origin }] = await Promise.all([client.dataset(said.dataset), client.node()]);
  const algorithm = { name: "ECDSA", namedCurve: "P-256" };
  const pair = await crypto.subtle.generateKey(algorithm, false, ["sign", "verify"]);
  const signer = await signerFromWebCrypto(pair);
  const claims = { office: said.office as Code, aud: origin, iatSeconds: nowSeconds(), signer };
  await client.enrol(invitation, await signEnrolment(claims, invitation));
  const key = { ...said, kid: hex(signer.kid), pair, audience: log.origin };
  await keepKey(key);
  return key;
}

/** What is to be reported, and how it stands in the list. */
export type Reported = {
  readonly said: Said;
  readonly words: string;
  readonly photo?: Uint8Array;
};

/** Signs a report now, and keeps it until it is received. @returns the name that it is kept under */
export async function signReport(key: Enrolled, { said, words, photo }: Reported): Promise<string> {
  const named = photo && fileValue(photo);
  const signed = await signEntry(
    {
      source: key.office as Code,
      audience: key.audience,
      iatSeconds: nowSeconds(),
      signer: await signerFromWebCrypto(key.pair),
    },
    [makeObservation({ ...said, ...(named !== undefined && { photo: named }) })],
    photo === undefined ? [] : [photo],
  );
  const { dataset } = key;
  const id = crypto.randomUUID();
  await keepReport({ id, dataset, said: words, made: Date.now(), signed, state: "waiting" });
  return id;
}

function nowSeconds(): number {
  return Math.floor(Date.now() / 1000);
}

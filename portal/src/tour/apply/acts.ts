import {
  type ApplicationJson,
  type Apply,
  type Client,
  type Code,
  fromBase64,
  fromHex,
  prepareEvidence,
  type Requester,
  sealEvidence,
  signApplication,
} from "cityid/sdk";
import type { BothNames, Holder } from "../../api/demo.ts";
import { lendHand, nowSeconds, sign, submitSigned, todayUtc } from "../../api/signing.ts";
import { applicantSigner } from "./applicant.ts";

/** Who asks for which code. */
export type Applicant = { readonly code: Code; readonly names: BothNames };

/** The acts of a city and of institutes, each signed in this page by a key of its own. */
export type Acts = {
  apply(applicant: Applicant, evidence: Letter, contact: string): Promise<void>;
  admit(institute: Holder, application: ApplicationJson): Promise<void>;
  approve(institute: Holder, application: ApplicationJson): Promise<void>;
  /** The application for a code, as the inbox of an institute shows it. */
  find(institute: Holder, code: string): Promise<ApplicationJson | undefined>;
};

/** A piece of evidence: a file, and what it is called. */
export type Letter = { readonly title: string; readonly text: string };

export function createActs(
  client: Client,
  send: typeof fetch,
  ledger: string,
  member: string,
): Acts {
  const requester = async ({ who, issuer }: Holder): Promise<Requester> => {
    const { signer } = await lendHand(who, send);
    return { signer, holder: issuer };
  };
  return {
    apply: (applicant, letter, contact) =>
      apply(client, { applicant, letter, contact, ledger, member }),
    admit: async ({ who }, { application }) => {
      const bytes = fromBase64(application);
      if (!bytes) throw new Error("the inbox holds something that is no application");
      const hand = await lendHand(who, send);
      await submitSigned(client, await sign(hand, { op: "admit", application: bytes }, ledger));
    },
    approve: async ({ who }, { id }) => {
      const decision = fromHex(id);
      if (!decision) throw new Error(`${id} is no id`);
      const hand = await lendHand(who, send);
      await submitSigned(
        client,
        await sign(hand, { op: "endorse", decision, vote: "approve" }, ledger),
      );
    },
    find: async (institute, code) => {
      const { items } = await client.as(await requester(institute)).applications();
      return items.find(({ apply }) => apply.code === code);
    },
  };
}

type Application = {
  readonly applicant: Applicant;
  readonly letter: Letter;
  readonly contact: string;
  readonly ledger: string;
  readonly member: string;
};

/** Signs the application, hands it over, and brings the evidence after it, encrypted to the institute alone. */
async function apply(
  client: Client,
  { applicant, letter, contact, ledger, member }: Application,
): Promise<void> {
  const signer = applicantSigner(applicant.code);
  const { recipient } = await client.member(member);
  const { evidence, opening } = prepareEvidence(
    applicant.code,
    letter.title,
    new TextEncoder().encode(letter.text),
  );
  const application: Apply = {
    op: "apply",
    code: applicant.code,
    names: namesOf(applicant.names),
    keys: [
      {
        key: signer.publicKey,
        uses: ["data", "govern", "issue", "record", "seal"],
        label: "first key of the city",
      },
    ],
    evidence: [evidence],
  };
  const signed = await signApplication({
    aud: ledger,
    iatSeconds: nowSeconds(),
    signer,
    application,
  });
  const received = await client.apply(signed.bytes, { member, ...(contact !== "" && { contact }) });
  const own = client.as({ signer, holder: `application/${received.id}` });
  for (const { commit } of received.evidence) {
    if (recipient !== undefined)
      await own.putEvidence(received.id, commit, await sealEvidence(opening, recipient));
  }
}

function namesOf({ zh, en }: BothNames): Apply["names"] {
  const validFrom = todayUtc();
  return { zh: { value: zh, validFrom }, en: { value: en, validFrom } };
}

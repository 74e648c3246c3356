import { base64 } from "../core/index.ts";
import type { Hex, Page, Paging } from "./json.ts";
import { ApiProblem } from "./problem.ts";
import type {
  ApplicationAnswer,
  ApplicationJson,
  ApplicationReceived,
  ApplicationState,
  TokenAnswer,
} from "./shapes.ts";
import type { Transport } from "./transport.ts";

/** What is not public. All but `apply` and `tokenFor` needs a client with a requester or a token. */
export type Inbox = {
  /** Hands an application (COSE_Sign1) to a member's node. It carries its own signature. */
  apply(
    application: Uint8Array,
    options?: { readonly contact?: string; readonly member?: string },
  ): Promise<ApplicationReceived>;
  applications(
    filter?: { readonly state?: ApplicationState },
    paging?: Paging,
  ): Promise<Page<ApplicationJson>>;
  application(id: Hex): Promise<ApplicationAnswer>;
  /** `sealed`: encrypted to the member, as `sealEvidence` makes it. */
  putEvidence(id: Hex, commit: Hex, sealed: Uint8Array): Promise<void>;
  getEvidence(id: Hex, commit: Hex): Promise<Uint8Array>;
  message(
    id: Hex,
    text: string,
    state?: "supplement-needed" | "declined" | "received",
  ): Promise<void>;
  eraseApplication(id: Hex): Promise<void>;
  /** The body of a commitment, as `encodeOpening` makes it. */
  putOpening(hash: Hex, opening: Uint8Array): Promise<void>;
  /** `undefined` when the node keeps none. */
  getOpening(hash: Hex): Promise<Uint8Array | undefined>;
  eraseOpening(hash: Hex): Promise<void>;
  /** A bearer token for what cannot sign requests. With `grant` it reads under that and does nothing else. `claim`: as `signToken` makes it; else the request is signed. */
  token(seconds: number, grant?: Hex): Promise<TokenAnswer>;
  tokenFor(claim: Uint8Array): Promise<TokenAnswer>;
};

export function createInbox(transport: Transport): Inbox {
  const { send, get, post } = transport;
  const one = (id: Hex) => `/v1/applications/${id}`;
  const evidence = (id: Hex, commit: Hex) => `${one(id)}/evidence/${commit}`;
  const opening = (hash: Hex) => `/v1/openings/${hash}`;
  const put = async (path: string, body: Uint8Array, type: string) => {
    await send("PUT", path, { body, type });
  };
  const erase = async (path: string) => {
    await send("DELETE", path);
  };
  return {
    apply: (application, options = {}) =>
      post("/v1/applications", { application: base64(application), ...options }),
    applications: (filter, paging) => get("/v1/applications", { ...filter, ...paging }),
    application: (id) => get(one(id)),
    putEvidence: (id, commit, sealed) => put(evidence(id, commit), sealed, "application/age"),
    getEvidence: async (id, commit) => bytesOf(await send("GET", evidence(id, commit))),
    message: async (id, text, state) => {
      await post(`${one(id)}/messages`, state === undefined ? { text } : { text, state });
    },
    eraseApplication: (id) => erase(one(id)),
    putOpening: (hash, body) => put(opening(hash), body, "application/cbor"),
    getOpening: (hash) => fetchOpening(transport, opening(hash)),
    eraseOpening: (hash) => erase(opening(hash)),
    token: (seconds, grant) => post("/v1/tokens", { seconds, ...(grant && { grant }) }),
    tokenFor: async (claim) => {
      const type = "application/vnd.cityid.token+cbor";
      return (await (
        await send("POST", "/v1/tokens", { body: claim, type })
      ).json()) as TokenAnswer;
    },
  };
}

async function fetchOpening(transport: Transport, path: string): Promise<Uint8Array | undefined> {
  const headers = { accept: "application/cbor" };
  return transport.send("GET", path, { headers }).then(bytesOf, (cause: unknown) => {
    if (cause instanceof ApiProblem && cause.status === 404) return undefined;
    throw cause;
  });
}

async function bytesOf(response: Response): Promise<Uint8Array> {
  return new Uint8Array(await response.arrayBuffer());
}

import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { base64, hex, sha256, utf8 } from "../../src/core/index.ts";
import {
  type Client,
  createClient,
  prepareEvidence,
  signApplication,
} from "../../src/sdk/index.ts";
import { discard } from "../discard.ts";
import { code, issueCity, LOG_SEED, listInGazette, named, ORIGIN, signerOf } from "../sdk/world.ts";
import { beginLedger, type RealNode, startRealNode } from "./real-node.ts";

// Everything that a request can carry which nobody else may read is sent to a node; then its log is searched for it.

const BAODING = "MA.156.1306";
const CONTACT = "contact 0312-1234567";
const MESSAGE = "between the applicant and the member alone";
const LETTER = "we are Baoding, and this is confidential";

let root: string;
let node: RealNode;
let lines: readonly string[];
/** Header values that authorize somebody, as they were sent. */
const sent: string[] = [];
const statuses: number[] = [];

/** A client that notes what authorizes its requests. */
function noting(options: Partial<Parameters<typeof createClient>[0]> = {}): Client {
  const fetchAndNote = async (request: Request) => {
    for (const name of ["authorization", "signature", "signature-input", "content-digest"]) {
      const value = request.headers.get(name);
      if (value !== null) sent.push(value);
    }
    const response = await fetch(request);
    statuses.push(response.status);
    return response;
  };
  return createClient({ url: node.url, fetch: fetchAndNote, ...options });
}

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "cityid-secrets-"));
  node = await startRealNode({ data: await beginLedger(root) });
  await issueCity(node);
  await listInGazette(node, BAODING, "保定市");

  const member = noting({
    requester: { signer: signerOf("member/A"), holder: "member/A" },
  });
  const { token } = await member.token(600);
  sent.push(token);
  await noting({ token }).applications();

  const { evidence, opening } = prepareEvidence(BAODING, "letter.txt", utf8(LETTER));
  const signer = signerOf("baoding");
  const application = {
    op: "apply" as const,
    code: code(BAODING),
    names: named("保定市"),
    keys: [{ key: signer.publicKey, uses: ["govern" as const], label: "office" }],
    evidence: [evidence],
  };
  const iatSeconds = Math.floor(Date.now() / 1000);
  const signed = await signApplication({ aud: ORIGIN, iatSeconds, signer, application });
  const { id } = await noting().apply(signed.bytes, { contact: CONTACT });
  const applicant = noting({ requester: { signer, holder: `application/${id}` } });
  await applicant.message(id, MESSAGE);
  await expect(applicant.putEvidence(id, hex(evidence.commit), opening)).rejects.toMatchObject({
    code: "INBOX_NOT_AGE",
  });

  for (const [method, path, headers] of [
    ["GET", "/v1/applications", { authorization: "Bearer stolen-bearer-token" }],
    ["POST", "/v1/tokens?passphrase=in-a-query", { authorization: "Basic dXNlcjpwYXNz" }],
    ["POST", "/in-a-path-of-nothing", {}],
    ["DELETE", `/v1/applications/${id}`, { signature: "x=:aW4tYS1zaWduYXR1cmU=:" }],
  ] as const) {
    statuses.push((await fetch(node.url + path, { method, headers })).status);
  }
  await node.stop();
  lines = node.log().split("\n");
});
afterAll(() => discard(root));

test("the log is JSON, a line for each event, beside the words for who started it", () => {
  const events = lines.flatMap((line) => (line.startsWith("{") ? [JSON.parse(line)] : []));
  const words = lines.filter((line) => line !== "" && !line.startsWith("{"));
  expect(words).toEqual([
    expect.stringMatching(/^node\.test\/log answers at http:/),
    expect.stringMatching(/^As a witness of other ledgers it is node\.test\/witness\+/),
    "Stopping: what was taken is finished first.",
  ]);
  for (const event of events) {
    expect(event).toMatchObject({
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      level: expect.stringMatching(/^(info|error)$/),
      event: expect.any(String),
    });
  }
  // It did log what was sent: the routes, and how each request ended.
  const routes = events.map(({ route, status }) => `${route} ${status}`);
  expect(routes).toContain("/v1/tokens 200");
  expect(routes).toContain("/v1/applications 201");
  expect(statuses).toEqual(expect.arrayContaining([200, 201, 401, 422, 404]));
});

test("it holds no key, no token, no signature, and nothing that was said in confidence", () => {
  const log = lines.join("\n");
  const seeds = [
    LOG_SEED,
    ...["member/A", "city", "baoding"].map((word) => sha256(utf8(`key of ${word}`))),
  ];
  expect(readFileSync(join(node.data, "keys", "log.key"), "utf8")).toContain(hex(LOG_SEED));
  const secrets = [
    ...seeds.flatMap((seed) => [hex(seed), base64(seed)]),
    ...sent.flatMap((value) => [
      value,
      ...(value.match(/(?<=nonce=")[^"]+|(?<=:)[\w+/=]{20,}(?=:)/g) ?? []),
    ]),
    "stolen-bearer-token",
    "dXNlcjpwYXNz",
    "aW4tYS1zaWduYXR1cmU",
    "in-a-query",
    "in-a-path",
    CONTACT,
    MESSAGE,
    LETTER,
  ];
  expect(secrets.length).toBeGreaterThan(25);
  expect(secrets.filter((secret) => log.includes(secret))).toEqual([]);
});

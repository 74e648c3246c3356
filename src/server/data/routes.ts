import {
  type Code,
  codeKey,
  encodeCbor,
  err,
  formatTilePath,
  hex,
  ok,
  parseCode,
  parseTilePath,
  pictureType,
  type Result,
  referenceTo,
} from "../../core/index.ts";
import { namedFiles, stripMetadata, type View } from "../../data/index.ts";
import { readBody } from "../bodies/read.ts";
import {
  answer,
  answerJson,
  answerPrivate,
  asBody,
  IMMUTABLE,
  PRIVATE,
  REVALIDATE,
} from "../http/answer.ts";
import type { Incoming } from "../http/incoming.ts";
import { toJson } from "../http/json.ts";
import { nextLink, pageOf, readInteger, readPage } from "../http/page.ts";
import { TextAnswer } from "../http/text-answer.ts";
import { mustBe, speaksFor } from "../identity/index.ts";
import { MAX_BODY_BYTES, MAX_BULK_BYTES } from "../limits.ts";
import type { AnyRefusal } from "../problem/problem.ts";
import type { App, AppContext, Services } from "../services.ts";
import type { ShortRoute } from "../short-path.ts";
import { datasetNamed, type Kept, keptDataset } from "./kept.ts";
import { mountPlates } from "./plates.ts";
import { proveFacts } from "./proof.ts";
import { submitEntry } from "./submit.ts";
import { publicEntryJson, receiptJson, shownBody, shownEntryJson } from "./views.ts";

const ENTRIES = "/v1/datasets/:code/entries";

async function takeEntry(
  services: Services,
  c: Incoming,
  read: () => Promise<Result<Uint8Array, AnyRefusal>>,
): Promise<Result<TextAnswer, AnyRefusal>> {
  const found = keptDataset(services, c);
  if (!found.ok) return found;
  const body = await read();
  if (!body.ok) return body;
  const { dataset, log } = found.value;
  const from = { peer: c.env, forwardedFor: c.req.header("X-Forwarded-For") };
  const taken = await submitEntry(services, dataset, log, body.value, from);
  if (!taken.ok) return taken;
  return ok(
    new TextAnswer(JSON.stringify(receiptJson(log, taken.value)), {
      status: taken.value.isKnown ? 200 : 201,
      headers: { "Content-Type": "application/json", "Cache-Control": PRIVATE },
    }),
  );
}

/** Entries that are small, as devices send them one by one. */
export function entryShortRoute(services: Services): ShortRoute {
  return {
    ...{ method: "POST", path: ENTRIES, hasBody: true },
    answer: (c, body) => takeEntry(services, c, async () => ok(body)),
  };
}

/**
 * Datasets: their logs, entries, facts and files. docs/spec/http.md, Datasets. Everybody sees that an entry came, of which office;
 * what it says the owner sees, and whoever has a grant as far as that reaches.
 */
export function mountData(app: App, services: Services): void {
  const { state, datasets, authentication, access, problem, config } = services;
  mountPlates(app, services);

  app.get("/v1/datasets/:code", (c) => {
    const code = parseCode(c.req.param("code"));
    if (!code.ok) return problem(c, code.error);
    const dataset = datasetNamed(state, code.value);
    if (!dataset.ok) return problem(c, dataset.error);
    const { reference, value } = dataset.value;
    const log = datasets?.find(reference);
    const isHere = log !== undefined && log.origin === value.log.origin;
    return answerJson(c, {
      ...{ code: code.value, reference, ...(toJson(value) as object) },
      ...(isHere && { entries: log.size }),
    });
  });

  app.post("/v1/datasets/:code/log", async (c) => {
    const code = parseCode(c.req.param("code"));
    if (!code.ok) return problem(c, code.error);
    const body = await readBody(c.req.raw, MAX_BODY_BYTES);
    if (!body.ok) return problem(c, body.error);
    const allowed = ownerAsks(c, body.value, code.value);
    if (!allowed.ok) return problem(c, allowed.error);
    // One that is not registered yet will be of the first generation.
    const record = state.get(codeKey(code.value));
    const reference = record === undefined ? `${code.value}#1` : referenceTo(record);
    if (datasets === undefined) return problem(c, { code: "DATA_LOG_UNKNOWN", dataset: reference });
    const log = await datasets.open(reference);
    if (log === undefined) return problem(c, { code: "HTTP_FULL", what: "datasets", max: 1000 });
    const { origin, vkey, gateway, size } = log;
    const described = { reference, origin, vkeys: [vkey], url: config.publicUrl };
    const checkpoint = { checkpoint: log.checkpoint(size), path: log.inclusion(0, size).map(hex) };
    return answerPrivate({ ...described, gateway: hex(encodeCbor(gateway)), ...checkpoint }, 201);
  });

  app.post(ENTRIES, async (c) => {
    const read = () => readBody(c.req.raw, MAX_BULK_BYTES, services.bodies);
    const taken = await takeEntry(services, c, read);
    return taken.ok ? taken.value.response() : problem(c, taken.error);
  });

  app.get("/v1/datasets/:code/entries", async (c) => {
    const found = keptDataset(services, c);
    if (!found.ok) return problem(c, found.error);
    const page = readPage(c);
    if (!page.ok) return problem(c, page.error);
    const { log } = found.value;
    const first = page.value.cursor === undefined ? 0 : Number(page.value.cursor);
    if (!Number.isSafeInteger(first) || first < 0) {
      return problem(c, { code: "HTTP_CURSOR", got: String(page.value.cursor).slice(0, 64) });
    }
    const end = Math.min(log.size, first + Math.min(page.value.limit, MAX_LISTED));
    const items: object[] = [];
    for (let i = first; i < end; i++) items.push(publicEntryJson(log, i, await log.body(i)));
    const next = end < log.size ? String(end) : undefined;
    return answerJson(c, pageOf(items, next), { headers: nextLink(c, next) });
  });

  app.get("/v1/datasets/:code/entries/:index", async (c) => {
    const found = entryOf(c);
    if (!found.ok) return problem(c, found.error);
    const { dataset, log, index } = found.value;
    const opened = await access.open(c, dataset, "read");
    // Where nothing is open, whoever does not say who it is sees what everybody sees.
    if (!opened.ok && isSigned(c)) return problem(c, opened.error);
    const body = await log.body(index);
    const shown = opened.ok ? shownBody(opened.value.view, body) : undefined;
    if (!opened.ok || shown === undefined) return answerJson(c, publicEntryJson(log, index, body));
    const { view } = opened.value;
    access.note(view, "entry", shown.filter((each) => each !== undefined).length);
    return answerPrivate(shownEntryJson(log, index, body, shown));
  });

  app.get("/v1/datasets/:code/entries/:index/proof", async (c) => {
    const found = await viewedEntryOf(c);
    if (!found.ok) return problem(c, found.error);
    const observation = readInteger(c, "observation", 0, 9999);
    if (!observation.ok) return problem(c, observation.error);
    const names = (c.req.query("names") ?? "").split(",").filter(Boolean);
    const { log, index, view } = found.value;
    const asked = { index, observation: observation.value ?? 0, names };
    const proof = await proveFacts(services, log, asked, view);
    if (!proof.ok) return problem(c, proof.error);
    access.note(view, "proof", 1);
    return answerPrivate(proof.value);
  });

  app.delete("/v1/datasets/:code/entries/:index/facts", async (c) => {
    const found = ownEntryOf(c);
    if (!found.ok) return problem(c, found.error);
    const observation = readInteger(c, "observation", 0, 9999);
    if (!observation.ok) return problem(c, observation.error);
    const names = new Set((c.req.query("names") ?? "").split(",").filter(Boolean));
    const only = observation.value;
    const { log, index } = found.value;
    await log.erase(
      index,
      (name, at) => (names.size === 0 || names.has(name)) && (only === undefined || only === at),
    );
    return new Response(null, { status: 204, headers: { "Cache-Control": PRIVATE } });
  });

  app.get("/v1/datasets/:code/entries/:index/files/:sha256", async (c) => {
    const found = await viewedEntryOf(c);
    if (!found.ok) return problem(c, found.error);
    const { log, index, view } = found.value;
    const sha256 = c.req.param("sha256");
    const shown = shownBody(view, await log.body(index)) ?? [];
    const isNamed = namedFiles(shown.filter((each) => each !== undefined)).some(
      (file) => file.sha256 === sha256,
    );
    const whole = isNamed ? await log.file(index, sha256) : undefined;
    const bytes = whole && c.req.query("strip") === "1" ? stripMetadata(whole) : whole;
    const type = bytes && pictureType(bytes);
    if (bytes === undefined || type === undefined) {
      return problem(c, { code: "DATA_FILE_UNKNOWN", sha256: sha256.slice(0, 64) });
    }
    access.note(view, "file", 1);
    return fileResponse(bytes, type, sha256);
  });

  app.get("/data/:name/checkpoint", async (c) => {
    const log = datasets?.named(c.req.param("name"));
    if (log === undefined) return problem(c, { code: "HTTP_NOT_FOUND", path: c.req.path });
    const checkpoint = await log.published();
    return answer(c, checkpoint, { type: "text/plain; charset=utf-8", caching: REVALIDATE });
  });

  app.get("/data/:name/tile/*", (c) => {
    const log = datasets?.named(c.req.param("name"));
    const path = c.req.path.slice(c.req.path.indexOf("/tile/") + 1);
    const parsed = parseTilePath(path);
    if (log === undefined || !parsed.ok || formatTilePath(parsed.value) !== path) {
      return problem(c, { code: "HTTP_NOT_FOUND", path: c.req.path });
    }
    const tile = parsed.value;
    const bytes =
      tile.kind === "entries"
        ? log.bundle(tile.index, tile.width)
        : log.tile(tile.level, tile.index, tile.width);
    if (bytes === undefined) return problem(c, { code: "HTTP_NOT_FOUND", path: c.req.path });
    if (tile.kind !== "entries") {
      return answer(c, bytes, { type: "application/octet-stream", caching: IMMUTABLE });
    }
    // Entries name keys and times: a person's trail, which is the owner's alone to see.
    const code = parseCode(log.reference.slice(0, log.reference.indexOf("#")));
    const allowed = code.ok ? ownerAsks(c, NO_BODY, code.value) : code;
    if (!allowed.ok) return problem(c, allowed.error);
    return new Response(asBody(bytes), {
      headers: { "Content-Type": "application/octet-stream", "Cache-Control": PRIVATE },
    });
  });

  function entryOf(c: AppContext): Result<Kept & { readonly index: number }, AnyRefusal> {
    const kept = keptDataset(services, c);
    if (!kept.ok) return kept;
    const text = c.req.param("index") ?? "";
    const index = /^(?:0|[1-9]\d{0,14})$/.test(text) ? Number(text) : Number.NaN;
    return index < kept.value.log.size
      ? ok({ ...kept.value, index })
      : err({ code: "DATA_ENTRY_UNKNOWN", index: text.slice(0, 32) });
  }

  /** An entry of which the one who asks may know something, if there is anything for it to know. */
  async function viewedEntryOf(
    c: AppContext,
  ): Promise<Result<Kept & { readonly index: number; readonly view: View }, AnyRefusal>> {
    const kept = keptDataset(services, c);
    if (!kept.ok) return kept;
    const opened = await access.open(c, kept.value.dataset, "read");
    if (!opened.ok) return opened;
    const found = entryOf(c);
    return found.ok ? ok({ ...found.value, view: opened.value.view }) : found;
  }

  /** Whoever is not the owner does not even hear whether there is such an entry. */
  function ownEntryOf(c: AppContext): Result<Kept & { readonly index: number }, AnyRefusal> {
    const kept = keptDataset(services, c);
    if (!kept.ok) return kept;
    const allowed = ownerAsks(c, NO_BODY, kept.value.dataset.record.code);
    return allowed.ok ? entryOf(c) : allowed;
  }

  function ownerAsks(c: AppContext, body: Uint8Array, code: Code): Result<unknown, AnyRefusal> {
    const signer = authentication.signer(c, body);
    if (!signer.ok) return signer;
    return mustBe(signer.value, speaksFor(state, signer.value, code), `the holder of ${code}`);
  }
}

/** Entries of one page: of each the file of its facts is read. */
const MAX_LISTED = 100;

const NO_BODY = new Uint8Array(0);

function isSigned(c: AppContext): boolean {
  return (c.req.header("Signature") ?? c.req.header("Authorization")) !== undefined;
}

/** Never shown by a browser in our name: what was uploaded by somebody is downloaded, whatever it pretends to be. */
function fileResponse(bytes: Uint8Array, type: string, sha256: string): Response {
  const name = `${sha256.slice(0, 16)}.${type.slice("image/".length)}`;
  return new Response(asBody(bytes), {
    headers: {
      "Content-Type": type,
      "Content-Disposition": `attachment; filename="${name}"`,
      "Content-Security-Policy": "sandbox; default-src 'none'",
      "X-Content-Type-Options": "nosniff",
      "Cross-Origin-Resource-Policy": "same-origin",
      "Cache-Control": PRIVATE,
    },
  });
}

import { err, ok, type Result } from "../../core/index.ts";
import { timeOfMilliseconds } from "../http/json.ts";
import type { AnyRefusal } from "../problem/problem.ts";
import type { App, Services } from "../services.ts";
import type { Contexts } from "./contexts.ts";
import { answerNgsiProblem } from "./problem.ts";
import { type Ask, answerDone, answerPlain, CONTEXTS_PATH, type Route } from "./request.ts";
import type { StoredContext, StoredContexts } from "./stored-contexts.ts";

type Answer = Promise<Result<Response, AnyRefusal>>;

/** Contexts that are kept here: GS CIM 009 §6.29, §6.30. */
export function contextRoutes(
  { config, clock }: Services,
  contexts: Contexts,
  stored: StoredContexts,
): readonly Route[] {
  const { publicUrl } = config;

  async function add({ body, target }: Ask): Answer {
    const isObject = typeof body === "object" && body !== null && "@context" in body;
    if (!isObject) return err({ code: "NGSI_DATA", path: "@context", want: "a context" });
    const context = body["@context"];
    // One that cannot be read by itself would be refused whenever it is named.
    const read = await contexts.read(context);
    if (!read.ok) return read;
    const id = await stored.add(target.log.origin, context, clock());
    return id.ok ? ok(answerDone(201, { Location: `${CONTEXTS_PATH}/${id.value}` })) : id;
  }

  async function list({ asked, target }: Ask): Answer {
    const kind = asked("kind");
    if (kind !== undefined && !KINDS.includes(kind)) {
      const want = KINDS.join(" | ");
      return err({ code: "HTTP_PARAMETER", name: "kind", got: kind.slice(0, 64), want });
    }
    const isHosted = kind === undefined || kind === "Hosted";
    const all = isHosted ? await stored.list(target.log.origin) : [];
    return ok(
      answerPlain(
        asked("details") === "true"
          ? all.map((each) => detailsOf(each, publicUrl))
          : all.map(({ id }) => urlOf(id, publicUrl)),
      ),
    );
  }

  return [
    {
      method: "POST",
      path: "/jsonldContexts",
      isWriting: true,
      hasBody: true,
      isBatch: true,
      answer: add,
    },
    { method: "GET", path: "/jsonldContexts", isWriting: false, hasBody: false, answer: list },
    {
      ...{ method: "DELETE", path: "/jsonldContexts/:id", isWriting: true, hasBody: false },
      answer: async ({ c, target, asked }) => {
        const id = c.req.param("id") ?? "";
        // There is nothing to fetch again of what is kept here (§5.13.5).
        if (asked("reload") === "true") {
          const want = "false: contexts that are kept here come from nowhere else";
          return err({ code: "HTTP_PARAMETER", name: "reload", got: "true", want });
        }
        return (await stored.remove(target.log.origin, id)) ? ok(answerDone()) : unknown(id);
      },
    },
  ];
}

const KINDS = ["Hosted", "Cached", "ImplicitlyCreated"];

function unknown(id: string): Result<never, AnyRefusal> {
  return err({ code: "NGSI_UNKNOWN", id: id.slice(0, 256) });
}

/** One of them, for everybody, whatever its dataset. */
export function mountStoredContext(app: App, { config }: Services, stored: StoredContexts): void {
  const { publicUrl } = config;
  app.get(`${CONTEXTS_PATH}/:id`, async (c) => {
    const id = c.req.param("id");
    const found = await stored.get(id);
    if (found === undefined) {
      return answerNgsiProblem({ code: "NGSI_UNKNOWN", id: id.slice(0, 256) }, publicUrl);
    }
    return c.req.query("details") === "true"
      ? answerPlain(detailsOf(found, publicUrl))
      : answerPlain({ "@context": found.context }, "application/ld+json");
  });
}

function urlOf(id: string, publicUrl: string): string {
  return `${publicUrl}${CONTEXTS_PATH}/${id}`;
}

function detailsOf({ id, createdMilliseconds }: StoredContext, publicUrl: string): object {
  const url = urlOf(id, publicUrl);
  const timestamp = timeOfMilliseconds(createdMilliseconds);
  return { URL: url, localId: id, kind: "Hosted", timestamp };
}

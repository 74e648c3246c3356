import { concat, err, ok, type Result } from "../../core/index.ts";
import type { HttpRefusal } from "../problem/refusal.ts";
import type { BodyBudget } from "./budget.ts";

/** A body that says it is no longer is read at once: as many as there are connections fit into memory. */
export const SMALL_BYTES: number = 64 * 1024;

/** When a client comes back for whose body there was no room. */
const RETRY_SECONDS = 1;

/**
 * Reads a body of at most `max` bytes. A longer one is refused as soon as that is known: by its announced length, or by the
 * byte that is too many.
 *
 * @param budget where bodies may be large: what has arrived of them, and waits for the rest, counts
 * @returns `HTTP_BODY_SIZE`, `HTTP_BODY_BROKEN`; with a budget `HTTP_BUSY`
 */
export function readBody(
  request: Request,
  max: number,
  budget?: BodyBudget,
): Promise<Result<Uint8Array, HttpRefusal>> {
  // Who sends it may hang up at any byte: that is no incident of ours.
  return read(request, max, budget).catch(() => err({ code: "HTTP_BODY_BROKEN" }));
}

async function read(
  request: Request,
  max: number,
  budget: BodyBudget | undefined,
): Promise<Result<Uint8Array, HttpRefusal>> {
  const announced = request.headers.get("Content-Length");
  if (announced !== null && Number(announced) > max) return err({ code: "HTTP_BODY_SIZE", max });
  const isSmall = Number(announced) <= SMALL_BYTES;
  if (announced !== null && (isSmall || budget === undefined)) {
    // The HTTP parser holds the body to its announced length: the second look is for callers without one.
    const body = new Uint8Array(await request.arrayBuffer());
    return body.length > max ? err({ code: "HTTP_BODY_SIZE", max }) : ok(body);
  }
  return request.body === null ? ok(new Uint8Array(0)) : readStream(request.body, max, budget);
}

async function readStream(
  stream: ReadableStream<Uint8Array>,
  max: number,
  budget: BodyBudget | undefined,
): Promise<Result<Uint8Array, HttpRefusal>> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  let taken = 0;
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return ok(concat(...parts));
      bytes += value.length;
      if (bytes > max) {
        await reader.cancel();
        return err({ code: "HTTP_BODY_SIZE", max });
      }
      if (budget?.take(value.length) === false) {
        await reader.cancel();
        return err({ code: "HTTP_BUSY", retryAfter: RETRY_SECONDS, what: "bodies" });
      }
      taken = bytes;
      parts.push(value);
    }
  } finally {
    budget?.give(taken);
  }
}

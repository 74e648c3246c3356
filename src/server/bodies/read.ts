import { concat, err, ok, type Result } from "../../core/index.ts";
import type { HttpRefusal } from "../problem/refusal.ts";

/**
 * Reads a body of at most `max` bytes. A longer one is refused as soon as that is known: by its announced length, or by the
 * byte that is too many.
 *
 * @returns `HTTP_BODY_SIZE`, `HTTP_BODY_BROKEN`
 */
export function readBody(request: Request, max: number): Promise<Result<Uint8Array, HttpRefusal>> {
  // Who sends it may hang up at any byte: that is no incident of ours.
  return read(request, max).catch(() => err({ code: "HTTP_BODY_BROKEN" }));
}

async function read(request: Request, max: number): Promise<Result<Uint8Array, HttpRefusal>> {
  const announced = request.headers.get("Content-Length");
  if (announced !== null) {
    if (Number(announced) > max) return err({ code: "HTTP_BODY_SIZE", max });
    // The HTTP parser holds the body to its announced length: the second look is for callers without one.
    const body = new Uint8Array(await request.arrayBuffer());
    return body.length > max ? err({ code: "HTTP_BODY_SIZE", max }) : ok(body);
  }
  return request.body === null ? ok(new Uint8Array(0)) : readStream(request.body, max);
}

async function readStream(
  stream: ReadableStream<Uint8Array>,
  max: number,
): Promise<Result<Uint8Array, HttpRefusal>> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  const reader = stream.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return ok(concat(...parts));
    bytes += value.length;
    if (bytes > max) {
      await reader.cancel();
      return err({ code: "HTTP_BODY_SIZE", max });
    }
    parts.push(value);
  }
}

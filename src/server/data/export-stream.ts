import type { Access, Authorised } from "../access/index.ts";
import { EXPORT_STALL_MILLISECONDS } from "../limits.ts";

/** Pieces of a body, and of how many things each tells. */
export type Piece = { readonly bytes: Uint8Array; readonly count: number };

/** What is given away piece by piece, each made when the reader has room for it. */
export type ExportStream = {
  readonly body: ReadableStream<Uint8Array>;
  /** Breaks it off: the reader sees that it has not got everything. */
  end(): void;
};

/**
 * Streams pieces under a view, and breaks off in the block that ends it, or where the reader takes nothing for a minute.
 *
 * @param onEnd called once, however it ends
 */
export function streamPieces(
  access: Access,
  authorised: Authorised,
  what: string,
  pieces: AsyncGenerator<Piece>,
  onEnd: () => void,
): ExportStream {
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  let isOver = false;
  let stall: NodeJS.Timeout | undefined;
  const release = (): void => {
    if (isOver) return;
    isOver = true;
    clearTimeout(stall);
    stopWatch();
    onEnd();
    // What was begun is let go of once it comes to rest.
    void pieces.return(undefined).catch(() => undefined);
  };
  const end = (): void => {
    if (isOver) return;
    release();
    controller?.error(new Error("the export was broken off"));
  };
  const stopWatch = access.watch(authorised, () => queueMicrotask(end));
  const body = new ReadableStream<Uint8Array>(
    {
      start(given) {
        controller = given;
      },
      async pull(given) {
        clearTimeout(stall);
        try {
          const next = await pieces.next();
          if (isOver) return;
          if (next.done) {
            release();
            return given.close();
          }
          const { bytes, count } = next.value;
          if (count > 0) access.note(authorised.view, what, count);
          given.enqueue(bytes);
          stall = setTimeout(end, EXPORT_STALL_MILLISECONDS);
          stall.unref();
        } catch (cause) {
          release();
          throw cause;
        }
      },
      cancel: release,
    },
    { highWaterMark: 0 },
  );
  return { body, end };
}

/** The larger decoder, which is loaded by the first call. @returns what it read; `undefined` where it reads nothing or cannot be had */
export type LargeReader = (image: ImageData) => Promise<string | undefined>;

type Answer = { readonly id: number; readonly text?: string; readonly failed?: string };

/** Long enough to load a megabyte over a poor network. */
const PATIENCE_MILLISECONDS = 20_000;

export function createLargeReader(): LargeReader {
  const waiting = new Map<number, (text: string | undefined) => void>();
  let worker: Worker | undefined;
  let asked = 0;

  function open(): Worker {
    const opened = new Worker(new URL("./large-worker.ts", import.meta.url), { type: "module" });
    opened.addEventListener("message", ({ data: { id, text } }: MessageEvent<Answer>) =>
      settle(id, text),
    );
    // It could not be loaded, off line perhaps: the next picture asks for it again.
    opened.addEventListener("error", () => {
      worker = undefined;
      opened.terminate();
      for (const id of [...waiting.keys()]) settle(id, undefined);
    });
    return opened;
  }

  function settle(id: number, text: string | undefined): void {
    waiting.get(id)?.(text);
    waiting.delete(id);
  }

  return (image) =>
    new Promise((resolve) => {
      const id = asked++;
      waiting.set(id, resolve);
      setTimeout(() => settle(id, undefined), PATIENCE_MILLISECONDS);
      try {
        worker ??= open();
        worker.postMessage({ id, image }, [image.data.buffer]);
      } catch {
        settle(id, undefined);
      }
    });
}

/** One event of `text/event-stream`. */
export type StreamEvent = { readonly id: string; readonly event: string; readonly data: string };

/**
 * Cuts a stream of bytes into its events; comments and an unfinished last event are dropped.
 *
 * @see WHATWG HTML §9.2.6
 */
export async function* readEventStream(
  bytes: ReadableStream<Uint8Array<ArrayBuffer>>,
): AsyncGenerator<StreamEvent, void, undefined> {
  let id = "";
  let fields: { event: string; data: string[] } = { event: "message", data: [] };
  for await (const line of readLines(bytes)) {
    if (line === "") {
      if (fields.data.length > 0) yield { id, event: fields.event, data: fields.data.join("\n") };
      fields = { event: "message", data: [] };
      continue;
    }
    const [name, value] = splitField(line);
    if (name === "id") id = value;
    else if (name === "event") fields.event = value;
    else if (name === "data") fields.data.push(value);
  }
}

async function* readLines(
  bytes: ReadableStream<Uint8Array<ArrayBuffer>>,
): AsyncGenerator<string, void, undefined> {
  const reader = bytes.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      // A CR at the very end may be the first half of a CRLF: it waits for what follows.
      const lines = (rest + value).split(/\r\n|\n|\r(?!$)/);
      rest = lines.pop() ?? "";
      yield* lines;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

function splitField(line: string): [string, string] {
  const colon = line.indexOf(":");
  if (colon < 0) return [line, ""];
  return [line.slice(0, colon), line.slice(colon + 1).replace(/^ /, "")];
}

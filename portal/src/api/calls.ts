/** One HTTP exchange that a step made, as it can be repeated in a terminal. */
export type Call = {
  readonly id: number;
  readonly method: string;
  readonly url: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body?: string | Uint8Array;
  readonly answer?: Answer;
  /** Set when no answer came: the node was away. */
  readonly failure?: string;
};

export type Answer = {
  readonly status: number;
  readonly type: string;
  readonly milliseconds: number;
  readonly bytes: number;
  /** Absent when the body is not text. */
  readonly text?: string;
};

type Fetch = typeof fetch;

/** Bodies beyond this are not kept for showing; the call itself can still be repeated. */
const SHOWN_ANSWER_BYTES = 65_536;

let lastId = 0;

/**
 * A `fetch` that tells `listener` of each call: once when it is sent, again when it is answered.
 *
 * @param send the fetch to use
 */
export function recordingFetch(listener: (call: Call) => void, send: Fetch = fetch): Fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    const call = await describeRequest(request);
    listener(call);
    const started = performance.now();
    try {
      const response = await send(request);
      const answer = await describeResponse(response.clone(), started);
      listener({ ...call, answer });
      return response;
    } catch (error) {
      listener({ ...call, failure: error instanceof Error ? error.message : String(error) });
      throw error;
    }
  };
}

async function describeRequest(request: Request): Promise<Call> {
  const body = new Uint8Array(await request.clone().arrayBuffer());
  lastId += 1;
  return {
    id: lastId,
    method: request.method,
    url: request.url,
    headers: [...request.headers],
    ...(body.length > 0 && {
      body: textOf(body, request.headers.get("content-type") ?? "") ?? body,
    }),
  };
}

async function describeResponse(response: Response, started: number): Promise<Answer> {
  const type = response.headers.get("content-type") ?? "";
  const body = new Uint8Array(await response.arrayBuffer());
  const text = body.length <= SHOWN_ANSWER_BYTES ? textOf(body, type) : undefined;
  return {
    status: response.status,
    type,
    milliseconds: Math.round(performance.now() - started),
    bytes: body.length,
    ...(text !== undefined && { text }),
  };
}

function textOf(body: Uint8Array, type: string): string | undefined {
  return /json|^text\//.test(type) ? new TextDecoder().decode(body) : undefined;
}

/** Fetches whole answers, body included. */
export type Fetching = (request: Request) => Promise<Response>;

/** Gives up an answer that is not there, whole, after so long; the request is broken off then. */
export function punctual(fetching: Fetching, milliseconds: number): Fetching {
  return (request) =>
    new Promise((resolve, reject) => {
      request.signal.throwIfAborted();
      const ending = new AbortController();
      // Rejected here as well: what fetches may not look at the signal.
      const end = (reason: unknown) => {
        ending.abort(reason);
        reject(reason);
      };
      const stop = () => end(request.signal.reason);
      const late = () => end(new Error(`no answer within ${milliseconds} ms`));
      const timer = setTimeout(late, milliseconds);
      request.signal.addEventListener("abort", stop, { once: true });
      whole(fetching, new Request(request, { signal: ending.signal }))
        .then(resolve, reject)
        .finally(() => {
          clearTimeout(timer);
          request.signal.removeEventListener("abort", stop);
        });
    });
}

async function whole(fetching: Fetching, request: Request): Promise<Response> {
  const response = await fetching(request);
  const { status, statusText, headers } = response;
  const body = response.body === null ? null : await response.arrayBuffer();
  return new Response(body, { status, statusText, headers });
}

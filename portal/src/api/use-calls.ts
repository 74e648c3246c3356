import { useEffect, useMemo, useState } from "react";
import { language } from "../app/preferences.ts";
import { type Call, recordingFetch } from "./calls.ts";

/** A step shows at most this many calls; the rest is counted. */
const KEPT_CALLS = 40;

/** Under load many calls come at once; what is shown follows at this pace. */
const SHOW_EVERY_MILLISECONDS = 100;

/** The newest calls, and how many were made with those no longer kept. */
type Recorded = { readonly calls: readonly Call[]; readonly made: number };

export type Calls = Recorded & { readonly fetch: typeof fetch };

/** The calls of one step, newest last, and the `fetch` that records them. */
export function useCalls(): Calls {
  const [shown, setShown] = useState<Recorded>({ calls: [], made: 0 });
  const recorder = useMemo(() => createRecorder(setShown), []);
  useEffect(() => recorder.stop, [recorder]);
  return { ...shown, fetch: recorder.fetch };
}

function createRecorder(show: (recorded: Recorded) => void) {
  let recorded: Recorded = { calls: [], made: 0 };
  let timer: ReturnType<typeof setTimeout> | undefined;
  const record = (call: Call): void => {
    const isNew = call.answer === undefined && call.failure === undefined;
    const others = recorded.calls.filter(({ id }) => id !== call.id);
    recorded = {
      calls: [...others, call].slice(-KEPT_CALLS),
      made: recorded.made + (isNew ? 1 : 0),
    };
    timer ??= setTimeout(() => {
      timer = undefined;
      show(recorded);
    }, SHOW_EVERY_MILLISECONDS);
  };
  const stop = (): void => {
    clearTimeout(timer);
    timer = undefined;
  };
  return { fetch: inLanguageOfNow(recordingFetch(record)), stop };
}

/** Asks for problems in the language that the page is read in now; a step begins nothing anew because that changes. */
function inLanguageOfNow(send: typeof fetch): typeof fetch {
  return (input, init) => {
    const request = new Request(input, init);
    request.headers.set("accept-language", language.get());
    return send(request);
  };
}

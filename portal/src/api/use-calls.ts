import { useCallback, useMemo, useState } from "react";
import { type Call, recordingFetch } from "./calls.ts";

/** A step shows at most this many calls; the rest is counted. */
const KEPT_CALLS = 40;

export type Calls = {
  readonly calls: readonly Call[];
  /** Calls made, with those no longer kept. */
  readonly made: number;
  readonly fetch: typeof fetch;
  readonly clear: () => void;
};

/** The calls of one step, newest last, and the `fetch` that records them. */
export function useCalls(): Calls {
  const [calls, setCalls] = useState<readonly Call[]>([]);
  const [made, setMade] = useState(0);
  const record = useCallback((call: Call) => {
    if (call.answer === undefined && call.failure === undefined) setMade((count) => count + 1);
    setCalls((before) => [...before.filter(({ id }) => id !== call.id), call].slice(-KEPT_CALLS));
  }, []);
  const recording = useMemo(() => recordingFetch(record), [record]);
  const clear = useCallback(() => {
    setCalls([]);
    setMade(0);
  }, []);
  return { calls, made, fetch: recording, clear };
}

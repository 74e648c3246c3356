import { useCallback, useEffect, useRef, useState } from "react";

export type Task = {
  readonly busy: boolean;
  /** What the last run threw. */
  readonly failure: unknown;
  /** Runs `work`; a run that was started before is aborted and no longer heard. */
  readonly run: (work: (signal: AbortSignal) => Promise<void>) => void;
  readonly stop: () => void;
};

/** One thing that takes time, and how it stands. */
export function useTask(): Task {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>();
  const current = useRef<AbortController>(undefined);
  const stop = useCallback(() => {
    current.current?.abort();
    current.current = undefined;
    setBusy(false);
  }, []);
  const run = useCallback<Task["run"]>((work) => {
    current.current?.abort();
    const controller = new AbortController();
    current.current = controller;
    setBusy(true);
    setFailure(undefined);
    const ended = (cause?: unknown): void => {
      if (current.current !== controller) return;
      setBusy(false);
      setFailure(cause);
    };
    work(controller.signal).then(() => ended(), ended);
  }, []);
  useEffect(() => stop, [stop]);
  return { busy, failure, run, stop };
}

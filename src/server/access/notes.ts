import { hex, present } from "../../core/index.ts";
import type { AccessLog, AccessNote, DatasetLogs, View } from "../../data/index.ts";
import type { Log } from "../options.ts";

/** Who read what, gathered so that each grant makes at most one entry a second. */
export type AccessNotes = {
  add(view: View, what: string, count: number): void;
  /** Whether accesses to this dataset can be noted: what cannot be noted is not given. */
  ready(view: View): Promise<boolean>;
  /** Whether they could be noted when that was asked last, and since. */
  isReady(view: View): boolean;
  /** Writes what was gathered. */
  close(): void;
};

type Gathered = {
  readonly reference: string;
  readonly grant: string;
  readonly to: string;
  readonly what: Set<string>;
  requests: number;
  count: number;
};

const PAUSE_MILLISECONDS = 1000;

/**
 * The first access is written at once, those of the following second together. A process that dies between loses at most that
 * second; one that cannot write gives nothing more until it can.
 */
export function createAccessNotes({
  datasets,
  clock,
  log,
}: {
  readonly datasets?: DatasetLogs;
  readonly clock: () => number;
  readonly log: Log;
}): AccessNotes {
  /** By grant. */
  const gathered = new Map<string, Gathered>();
  const pausing = new Set<string>();
  const logs = new Map<string, AccessLog>();
  const failed = new Set<string>();

  const write = async (batch: Gathered): Promise<void> => {
    try {
      const access = present(logs.get(batch.reference), "an access log that was opened");
      await access.append(noteOf(batch, clock()));
      failed.delete(batch.reference);
    } catch (cause) {
      failed.add(batch.reference);
      log.error("access not noted", {
        dataset: batch.reference,
        cause: cause instanceof Error ? cause.message : String(cause),
      });
      merge(batch);
    }
  };

  /** What could not be written waits with what came since. */
  const merge = ({ grant, what, requests, count, ...rest }: Gathered): void => {
    const known = gathered.get(grant);
    if (known === undefined) gathered.set(grant, { grant, what, requests, count, ...rest });
    else {
      known.requests += requests;
      known.count += count;
      for (const each of what) known.what.add(each);
    }
  };

  const flush = async (grant: string): Promise<void> => {
    const batch = gathered.get(grant);
    if (batch === undefined) return;
    gathered.delete(grant);
    pausing.add(grant);
    setTimeout(() => {
      pausing.delete(grant);
      // Of what cannot be written whoever comes next finds out whether it can.
      if (!failed.has(batch.reference)) void flush(grant);
    }, PAUSE_MILLISECONDS).unref();
    await write(batch);
  };

  const find = async (reference: string): Promise<boolean> => {
    const found = await datasets?.access(reference).catch((cause: unknown) => {
      log.error("access log not opened", { dataset: reference, cause: String(cause) });
      return undefined;
    });
    if (found !== undefined) logs.set(reference, found);
    return found !== undefined;
  };

  return {
    add({ dataset, grant }, what, count) {
      if (grant === undefined || datasets === undefined) return;
      const name = hex(grant.id);
      const { to } = grant.value;
      merge({
        ...{ reference: dataset.reference, grant: name, to, what: new Set([what]) },
        ...{ requests: 1, count },
      });
      if (!pausing.has(name)) void flush(name);
    },
    async ready({ dataset: { reference } }) {
      if (datasets === undefined) return true;
      if (!logs.has(reference) && !(await find(reference))) return false;
      if (!failed.has(reference)) return true;
      for (const [grant, each] of [...gathered])
        if (each.reference === reference) await flush(grant);
      return !failed.has(reference);
    },
    isReady: ({ dataset: { reference } }) =>
      datasets === undefined || (logs.has(reference) && !failed.has(reference)),
    close() {
      for (const grant of [...gathered.keys()]) void flush(grant);
    },
  };
}

function noteOf({ grant, to, what, requests, count }: Gathered, now: number): AccessNote {
  return { grant, to, what: [...what].sort(), requests, count, timeMilliseconds: now };
}

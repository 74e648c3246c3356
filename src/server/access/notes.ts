import { hex } from "../../core/index.ts";
import type { AccessLog, AccessNote, DatasetLogs, View } from "../../data/index.ts";
import type { Log } from "../options.ts";

/** Who read what, gathered so that each grant makes at most one entry a second. */
export type AccessNotes = {
  add(view: View, what: string, count: number): void;
  /** Whether accesses to this dataset can be noted: what cannot be noted is not given. */
  ready(view: View): boolean;
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

  const write = async (access: AccessLog, batch: Gathered): Promise<void> => {
    try {
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

  const flush = (grant: string): void => {
    const batch = gathered.get(grant);
    if (batch === undefined) return;
    const access = logs.get(batch.reference);
    if (access === undefined) {
      void find(batch.reference).then((found) => found && flush(grant));
      return;
    }
    gathered.delete(grant);
    pausing.add(grant);
    setTimeout(() => {
      pausing.delete(grant);
      flush(grant);
    }, PAUSE_MILLISECONDS).unref();
    void write(access, batch);
  };

  const find = async (reference: string): Promise<AccessLog | undefined> => {
    const found = await datasets?.access(reference).catch(() => undefined);
    if (found === undefined) failed.add(reference);
    else logs.set(reference, found);
    return found;
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
      if (!pausing.has(name)) flush(name);
    },
    ready({ dataset: { reference } }) {
      if (!failed.has(reference)) return true;
      // Whoever comes next finds out whether it goes again.
      if (!logs.has(reference)) {
        failed.delete(reference);
        return true;
      }
      for (const [grant, each] of gathered) if (each.reference === reference) flush(grant);
      return false;
    },
    close() {
      for (const grant of gathered.keys()) flush(grant);
    },
  };
}

function noteOf({ grant, to, what, requests, count }: Gathered, now: number): AccessNote {
  return { grant, to, what: [...what].sort(), requests, count, timeMilliseconds: now };
}

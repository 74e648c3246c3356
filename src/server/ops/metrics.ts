import type { LedgerReader } from "../../ledger/index.ts";
import type { WitnessStatus } from "../../witness/index.ts";
import type { Consensus } from "../options.ts";

/** Counts what the node does, for Prometheus. Every label takes few values: a stranger cannot make new series. */
export type Metrics = {
  request(route: string, status: number, milliseconds: number): void;
  /** `accepted`, or the code of the refusal. */
  operation(outcome: string): void;
  streams(open: number): void;
  /** Requests that were answered on the short way, without a `Request`. */
  hot(): void;
  /** A checkpoint of another log: `cosigned`, or the code of the refusal. */
  cosigned(outcome: string): void;
  render(ledger: LedgerReader, witnesses: readonly WitnessStatus[], consensus?: Consensus): string;
};

/** Upper bounds in seconds. */
const BUCKETS = [0.001, 0.005, 0.02, 0.1, 0.5, 2] as const;

type Histogram = { readonly counts: number[]; sum: number; count: number };

export function createMetrics(): Metrics {
  const requests = new Map<string, number>();
  const durations = new Map<string, Histogram>();
  const operations = new Map<string, number>();
  const cosigned = new Map<string, number>();
  let openStreams = 0;
  let hotAnswers = 0;

  return {
    request(route, status, milliseconds) {
      add(requests, `route="${route}",status="${Math.floor(status / 100)}xx"`, 1);
      observe(durations, route, milliseconds / 1000);
    },
    operation: (outcome) => add(operations, `outcome="${outcome}"`, 1),
    streams: (open) => {
      openStreams = open;
    },
    hot: () => {
      hotAnswers += 1;
    },
    cosigned: (outcome) => add(cosigned, `outcome="${outcome}"`, 1),
    render(ledger, witnesses, consensus) {
      const { size, height, timeMilliseconds } = ledger.head();
      return [
        counter("cityid_http_requests_total", "Requests by route and class of status", requests),
        histogram("cityid_http_request_seconds", "Time to answer, by route", durations),
        counter("cityid_operations_total", "Submitted items by outcome", operations),
        gauge(
          "cityid_http_hot_answers_total",
          "Requests answered on the short way",
          hotAnswers,
          "counter",
        ),
        gauge("cityid_event_streams", "Open event streams", openStreams),
        gauge("cityid_log_entries", "Entries of the log", size),
        gauge("cityid_blocks", "Height of the newest block", height),
        gauge(
          "cityid_block_timestamp_seconds",
          "Time of the newest block",
          timeMilliseconds / 1000,
        ),
        counter("cityid_cosigned_total", "Checkpoints of other logs by outcome", cosigned),
        ...witnessMetrics(witnesses),
        ...(consensus === undefined ? [] : consensusMetrics(consensus)),
        gauge("cityid_process_resident_bytes", "Resident memory", process.memoryUsage.rss()),
      ].join("");
    },
  };
}

function consensusMetrics(consensus: Consensus): readonly string[] {
  const { height, voters, signing, peers, mempool, commits } = consensus;
  const known = (name: string, help: string, value: number | undefined) =>
    value === undefined ? [] : [gauge(name, help, value)];
  const seconds = "cityid_consensus_commit_seconds";
  return [
    gauge("cityid_consensus_height", "Newest block of the engine, empty ones included", height),
    gauge("cityid_consensus_validators", "Validators that vote", voters),
    ...known(
      "cityid_consensus_validators_signing",
      "Those whose votes stand in the newest block",
      signing,
    ),
    ...known("cityid_consensus_peers", "Peers of the engine", peers),
    ...known("cityid_consensus_mempool_transactions", "Transactions that wait", mempool),
    `# HELP ${seconds} From a block's decision until it is durable here\n# TYPE ${seconds} summary\n`,
    `${seconds}_sum ${commits.sumMilliseconds / 1000}\n${seconds}_count ${commits.count}\n`,
  ];
}

/** One series for each witness of the policy: members decide how many there are. */
function witnessMetrics(witnesses: readonly WitnessStatus[]): readonly string[] {
  if (witnesses.length === 0) return [];
  const series = (
    name: string,
    help: string,
    of: (status: WitnessStatus) => number | undefined,
  ) => {
    const lines = witnesses.flatMap((status) => {
      const value = of(status);
      return value === undefined ? [] : `${name}{witness="${escaped(status.name)}"} ${value}\n`;
    });
    return `# HELP ${name} ${help}\n# TYPE ${name} gauge\n${lines.join("")}`;
  };
  return [
    series(
      "cityid_witness_last_success_timestamp_seconds",
      "When a witness last cosigned",
      ({ lastSuccess }) => lastSuccess && lastSuccess / 1000,
    ),
    series(
      "cityid_witness_lag_entries",
      "Entries that a witness has not cosigned",
      ({ lag }) => lag,
    ),
    series(
      "cityid_witness_failures",
      "Requests in a row without success",
      ({ failures }) => failures,
    ),
  ];
}

function escaped(label: string): string {
  return label.replaceAll("\\", "\\\\").replaceAll('"', '\\"');
}

function add(series: Map<string, number>, labels: string, by: number): void {
  series.set(labels, (series.get(labels) ?? 0) + by);
}

function observe(durations: Map<string, Histogram>, route: string, seconds: number): void {
  let histogram = durations.get(route);
  if (histogram === undefined) {
    histogram = { counts: BUCKETS.map(() => 0), sum: 0, count: 0 };
    durations.set(route, histogram);
  }
  for (const [i, bound] of BUCKETS.entries()) {
    if (seconds <= bound) histogram.counts[i] = (histogram.counts[i] ?? 0) + 1;
  }
  histogram.sum += seconds;
  histogram.count += 1;
}

function counter(name: string, help: string, series: ReadonlyMap<string, number>): string {
  const lines = [...series].map(([labels, value]) => `${name}{${labels}} ${value}\n`);
  return `# HELP ${name} ${help}\n# TYPE ${name} counter\n${lines.join("")}`;
}

function gauge(name: string, help: string, value: number, type = "gauge"): string {
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${name} ${value}\n`;
}

function histogram(name: string, help: string, series: ReadonlyMap<string, Histogram>): string {
  let text = `# HELP ${name} ${help}\n# TYPE ${name} histogram\n`;
  for (const [route, { counts, sum, count }] of series) {
    const label = `route="${route}"`;
    for (const [i, bound] of BUCKETS.entries()) {
      text += `${name}_bucket{${label},le="${bound}"} ${counts[i]}\n`;
    }
    text += `${name}_bucket{${label},le="+Inf"} ${count}\n`;
    text += `${name}_sum{${label}} ${sum}\n${name}_count{${label}} ${count}\n`;
  }
  return text;
}

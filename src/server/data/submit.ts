import {
  type CborValue,
  type DataEntry,
  decodeCbor,
  decodeEntry,
  decodingObservations,
  err,
  hex,
  isCborMap,
  isShown,
  judgeEntry,
  judgePlateScan,
  MAX_PLATE_SCANS,
  matchBody,
  type Observation,
  type OpenDataset,
  ok,
  type PlateScan,
  type Result,
  readPlateScan,
} from "../../core/index.ts";
import { type DatasetLog, type LogReceipt, matchFiles } from "../../data/index.ts";
import type { AnyRefusal } from "../problem/problem.ts";
import type { Services } from "../services.ts";
import { judgeContent } from "./content.ts";
import { inTurns } from "./turns.ts";
import type { Sender } from "./upload-rate.ts";

/** An entry as it is sent: `{"entry", "facts", ? "files"}`, all of it in one request, so that it is there as a whole or not at all. */
type Sent = {
  readonly entry: Uint8Array;
  /** Observations, encoded. */
  readonly facts: Uint8Array;
  readonly files: readonly Uint8Array[];
};

type Submitting = Pick<Services, "state" | "clock" | "uploadRate" | "entrySignatures">;

const WANT = "CBOR {entry: bytes, facts: bytes, ? files: [bytes …]}";
const RETRY_SECONDS = 1;

/**
 * Takes an entry into the log of its dataset, if it may stand there. One that stands there already gets its receipt again,
 * whatever has become of its key since.
 */
export async function submitEntry(
  { state, clock, uploadRate, entrySignatures }: Submitting,
  dataset: OpenDataset,
  log: DatasetLog,
  body: Uint8Array,
  from?: Sender,
): Promise<Result<LogReceipt, AnyRefusal>> {
  const sent = readSent(body);
  if (!sent.ok) return sent;
  const entry = decodeEntry(sent.value.entry);
  if (!entry.ok) return entry;
  const index = log.indexOf(entry.value.hash);
  if (index !== undefined) return ok({ ...(await log.receipt(index)), isKnown: true });
  const receivedMilliseconds = clock();
  const nowSeconds = Math.floor(receivedMilliseconds / 1000);
  const signer = judgeEntry(state.recent, dataset, entry.value, nowSeconds, () => true);
  if (!signer.ok) return signer;
  if (!(await entrySignatures.isRight(signer.value.key, entry.value))) {
    return err({ code: "AUTH_SIGNATURE", kid: hex(entry.value.kid) });
  }
  const admitted = uploadRate.admit(entry.value, receivedMilliseconds, from);
  if (!admitted.ok) return admitted;
  const observations = await inTurns(readingObservations(sent.value.facts));
  if (!observations.ok) return observations;
  const { facts } = sent.value;
  const matched = matchBody(entry.value, observations.value, facts);
  if (!matched.ok) return matched;
  const content = await judgeContent(
    ...([state, dataset, log, observations.value, receivedMilliseconds] as const),
  );
  if (!content.ok) return content;
  const plate = await readPlate(state, dataset, log, entry.value, observations.value);
  if (!plate.ok) return plate;
  const files = matchFiles(observations.value, sent.value.files);
  if (!files.ok) return files;
  const answer = await log.append({
    ...{ entry: entry.value, observations: observations.value, facts },
    ...{ files: files.value, receivedMilliseconds },
    ...(plate.value !== undefined && { plate: plate.value }),
  });
  if (!("busy" in answer)) return ok(answer);
  if (answer.busy === "restored") return err({ code: "DATA_RESTORED", dataset: log.reference });
  return err({ code: "HTTP_BUSY", retryAfter: RETRY_SECONDS, what: answer.busy });
}

/** What the entry says of a plate, if it does and its source may. */
async function readPlate(
  state: Services["state"],
  dataset: OpenDataset,
  log: DatasetLog,
  entry: DataEntry,
  observations: readonly Observation[],
): Promise<Result<PlateScan | undefined, AnyRefusal>> {
  const scan = readPlateScan(observations);
  if (!scan.ok || scan.value === undefined) return scan;
  const { code } = scan.value;
  const judged = judgePlateScan(state, dataset, entry, scan.value);
  if (!judged.ok) return judged;
  const isFull = (await log.plates(code)).length >= MAX_PLATE_SCANS;
  return isFull ? err({ code: "DATA_PLATE_SCANS", subject: code, max: MAX_PLATE_SCANS }) : scan;
}

function readSent(body: Uint8Array): Result<Sent, AnyRefusal> {
  const decoded = decodeCbor(body);
  if (!decoded.ok || !isCborMap(decoded.value)) return err({ code: "HTTP_BODY", want: WANT });
  const { entry, facts, files = [], ...rest } = decoded.value;
  const isFit = entry instanceof Uint8Array && facts instanceof Uint8Array && areBytes(files);
  if (!isFit || Object.keys(rest).length > 0) return err({ code: "HTTP_BODY", want: WANT });
  return ok({ entry, facts, files });
}

function areBytes(value: CborValue): value is readonly Uint8Array[] {
  return Array.isArray(value) && value.every((each) => each instanceof Uint8Array);
}

/** What comes in is shown as a whole: only later something of it may be kept back. */
function* readingObservations(
  facts: Uint8Array,
): Generator<void, Result<readonly Observation[], AnyRefusal>> {
  const read = yield* decodingObservations(facts);
  if (!read.ok) return read;
  for (const [observation, each] of read.value.entries()) {
    const fact = each.findIndex((one) => !isShown(one));
    if (fact >= 0) {
      return err({ code: "DATA_FACT", observation, fact, want: "[salt, name, value]" });
    }
  }
  return read;
}

import {
  bornPrefix,
  type Code,
  type CodeRecord,
  codeKey,
  fromHex,
  hex,
  isOfGeneration,
  isoDate,
  openDataset,
  type Plate,
  type PlateState,
  type Position,
  parseCode,
  platesOf,
  present,
  selfAndAncestors,
} from "../../core/index.ts";
import type { DatasetLog, KeptScan } from "../../data/index.ts";
import { answerJson, answerPrivate } from "../http/answer.ts";
import { timeOfSeconds } from "../http/json.ts";
import { type Signer, speaksFor } from "../identity/index.ts";
import { unknownCode } from "../registry/unknown.ts";
import type { App, Services } from "../services.ts";
import { datasetCode, officeOf } from "./views.ts";

/** A plate as everybody may know it: nothing of whose key said so, and of the time the day alone. */
export type PublicPlate = {
  /** Hex of the `cti` of its seal. */
  readonly seal: string;
  readonly state: PlateState;
  /** The day since when, `YYYY-MM-DD` in UTC. */
  readonly since: string;
  /** The office that said so. */
  readonly office: Code;
  /** Where the record says publicly where the thing is. */
  readonly place?: Position;
  /** Hex of the seal that hangs there now. */
  readonly by?: string;
};

type Reader = Pick<Services, "state" | "datasets">;
type ScanOfLog = KeptScan & { readonly log: DatasetLog };

/** The plates of a code that were scanned, as the datasets of its holder and of those above it say that this node keeps. */
export async function publicPlates(
  reader: Reader,
  record: CodeRecord,
): Promise<readonly PublicPlate[]> {
  return (await plates(reader, record)).map((each) => publicPlate(record, each));
}

/** `GET /v1/codes/<code>/plates`; signed by whoever owns such a dataset, with what its own entries say. */
export function mountPlates(app: App, services: Services): void {
  const { state, authentication, problem } = services;

  app.get("/v1/codes/:code/plates", async (c) => {
    const code = parseCode(c.req.param("code"));
    if (!code.ok) return problem(c, code.error);
    const record = state.get(codeKey(code.value));
    if (record === undefined) return problem(c, unknownCode(code.value));
    const isSigned = (c.req.header("Signature") ?? c.req.header("Authorization")) !== undefined;
    if (!isSigned) {
      return answerJson(c, { code: code.value, items: await publicPlates(services, record) });
    }
    const signer = authentication.signer(c, new Uint8Array(0));
    if (!signer.ok) return problem(c, signer.error);
    const items = (await plates(services, record)).map((each) => ({
      ...publicPlate(record, each),
      ...ownPlate(each, signer.value),
    }));
    return answerPrivate({ code: code.value, items });
  });

  function ownPlate({ plate: { scan, place } }: Known, signer: Signer): object {
    const { log, index, saidSeconds, source } = scan;
    if (!speaksFor(state, signer, datasetCode(log))) return {};
    const said = {
      dataset: log.reference,
      entry: index,
      source,
      signed: timeOfSeconds(saidSeconds),
    };
    return { ...said, ...(place !== undefined && { place }) };
  }
}

type Known = { readonly seal: string; readonly plate: Plate<ScanOfLog> };

/** By seal, those of the present generation. */
async function plates({ state, datasets }: Reader, record: CodeRecord): Promise<readonly Known[]> {
  const { code, born } = record;
  const logs = datasets?.ownedBy(selfAndAncestors(code)) ?? [];
  const scans: ScanOfLog[] = [];
  for (const log of logs) {
    const dataset = openDataset(state, datasetCode(log));
    // One that ended, or whose log is another one now, says nothing any more.
    if (!dataset.ok || dataset.value.value.log.origin !== log.origin) continue;
    for (const scan of await log.plates(code)) scans.push({ ...scan, log });
  }
  const prefix = bornPrefix(born);
  return [...platesOf(scans)]
    .filter(([seal]) => isOfGeneration(present(fromHex(seal), "hex"), prefix))
    .map(([seal, plate]) => ({ seal, plate }))
    .sort((a, b) => (a.seal < b.seal ? -1 : 1));
}

function publicPlate({ geometry }: CodeRecord, { seal, plate }: Known): PublicPlate {
  const { state, place, by, scan } = plate;
  // Whoever keeps back where a thing is keeps back where its plate is.
  const isPublic = geometry !== undefined && "value" in geometry;
  return {
    ...{ seal, state, since: isoDate(scan.saidSeconds * 1000) },
    office: officeOf(present(codeOf(scan.source), "a code")),
    ...(isPublic && place !== undefined && { place }),
    ...(by !== undefined && { by: hex(by) }),
  };
}

function codeOf(text: string): Code | undefined {
  const code = parseCode(text);
  return code.ok ? code.value : undefined;
}

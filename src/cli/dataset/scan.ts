import { readFile } from "node:fs/promises";
import {
  type Code,
  fromHex,
  hex,
  PLATE_STATES,
  type PlateScan,
  type PlateState,
  type Position,
  readSeal,
  SEAL_NAME_BYTES,
  sealName,
  UNITS_PER_DEGREE,
} from "../../core/index.ts";
import {
  fileValue,
  makeObservation,
  type PlateJson,
  plateSaid,
  signEntry,
} from "../../sdk/index.ts";
import { readCodeArgument } from "../code-argument.ts";
import { parsePosition } from "../degrees.ts";
import { fileProblem } from "../file-problem.ts";
import { CliProblem } from "../problem.ts";
import type { Run } from "../run.ts";
import { confirmSigning, identityOf, openSigner } from "../signing.ts";
import type { Text } from "../text.ts";
import { printTaken } from "./send.ts";

export type ScanOptions = {
  readonly photo?: string;
  readonly place?: string;
  readonly replaces?: string;
  readonly note?: string;
  readonly source?: string;
};

const STATE_WORDS: Readonly<Record<PlateState, Text>> = {
  installed: { en: "installed", zh: "已安装" },
  moved: { en: "moved", zh: "已移位" },
  replaced: { en: "replaced", zh: "已更换" },
  missing: { en: "missing", zh: "丢失" },
};

/** Says what has become of a plate, signed as an entry of a dataset. */
export async function sendScan(
  run: Run,
  dataset: Code,
  [state, text]: readonly [state: string, text: string],
  options: ScanOptions,
): Promise<void> {
  const scan = readScan(readState(state), text, options);
  const photo = options.photo === undefined ? undefined : await readPhoto(options.photo);
  const identity = await identityOf(run);
  const { log } = await run.client.dataset(dataset);
  const words = run.say({
    en: `Say of the plate of ${scan.code}${serialOf(scan)}: ${STATE_WORDS[scan.state].en}.`,
    zh: `登记 ${scan.code} 的铭牌${serialOf(scan)}：${STATE_WORDS[scan.state].zh}。`,
  });
  await confirmSigning(run, [words], identity, log.origin);
  const said = plateSaid(scan, {
    timeMilliseconds: run.now().getTime(),
    ...(photo !== undefined && { photo }),
    ...(options.note !== undefined && { note: options.note }),
  });
  const signed = await signEntry(
    {
      source: readCodeArgument(options.source ?? identity.holder),
      audience: log.origin,
      iatSeconds: Math.floor(run.now().getTime() / 1000),
      signer: await openSigner(run, identity),
    },
    [makeObservation(said)],
    photo === undefined ? [] : [photo],
  );
  await printTaken(run, dataset, signed, await run.client.sendEntry(dataset, signed));
}

/** What is known of the plates of a code. */
export async function listPlates(run: Run, code: Code): Promise<void> {
  const { items } = await run.client.plates(code);
  if (items.length === 0) {
    const none = { en: "No plate of it was scanned in place.", zh: "尚无其铭牌的现场登记。" };
    run.note(run.say(none));
  }
  for (const item of items) run.result(item, () => [plateLine(run, item)]);
}

function plateLine(run: Run, { seal, state, since, office, place, by }: PlateJson): string {
  const where =
    place === undefined ? "" : `  ${place[1] / UNITS_PER_DEGREE}, ${place[0] / UNITS_PER_DEGREE}`;
  const next = by === undefined ? "" : `  → ${serial(by)}`;
  return `${serial(seal)}\t${run.say(STATE_WORDS[state])}\t${since}\t${office}${where}${next}`;
}

function readState(text: string): PlateState {
  const state = PLATE_STATES.find((each) => each === text);
  if (state !== undefined) return state;
  const all = PLATE_STATES.join(", ");
  const want = { en: `one of ${all}`, zh: `以下之一：${all}` };
  throw new CliProblem("CLI_ARGUMENT", { name: "state", got: text, want, example: "installed" });
}

function readScan(state: PlateState, text: string, options: ScanOptions): PlateScan {
  const place = options.place === undefined ? {} : { place: readPlace(options.place) };
  const read = readSeal(text);
  if (state === "missing") {
    const code = read.ok ? read.value.seal.code : readCodeArgument(text);
    return { code, state, ...(read.ok && { seal: sealName(read.value.seal) }), ...place };
  }
  if (!read.ok) {
    const want = {
      en: `what the symbol on the plate says (${read.error.code})`,
      zh: `铭牌二维码的内容（${read.error.code}）`,
    };
    const example = "https://node.example/MA.156.1301.02/LAMP/000123/3353…";
    throw new CliProblem("CLI_ARGUMENT", { name: "plate", got: text.slice(0, 80), want, example });
  }
  const { seal } = read.value;
  const scan = { code: seal.code, seal: sealName(seal), ...place };
  if (state !== "replaced") return { ...scan, state };
  const { replaces } = options;
  return { ...scan, state, ...(replaces !== undefined && { replaces: readName(replaces) }) };
}

/** The plate that was there before: by what its symbol says, or by the name that `dataset plates` shows. */
function readName(text: string): Uint8Array {
  const read = readSeal(text);
  const bytes = read.ok ? sealName(read.value.seal) : fromHex(text);
  if (bytes?.length === SEAL_NAME_BYTES) return bytes;
  const want = {
    en: "what the symbol of the old plate says, or its name of 24 hexadecimal digits",
    zh: "旧铭牌二维码的内容，或其 24 位十六进制名",
  };
  const example = "--replaces 0000000f5d41402abc4b2a76";
  throw new CliProblem("CLI_ARGUMENT", {
    name: "--replaces",
    got: text.slice(0, 80),
    want,
    example,
  });
}

function readPlace(text: string): Position {
  const [longitude = "", latitude = "", ...rest] = text.split(",");
  const position = rest.length === 0 ? parsePosition(longitude, latitude) : undefined;
  if (position !== undefined) return position;
  const want = { en: "longitude and latitude", zh: "经度和纬度" };
  const example = "--place 114.5149,38.0423";
  throw new CliProblem("CLI_ARGUMENT", { name: "--place", got: text, want, example });
}

async function readPhoto(path: string): Promise<Uint8Array> {
  const bytes = await readFile(path).catch((cause: NodeJS.ErrnoException) => {
    throw fileProblem(path, cause);
  });
  const photo = new Uint8Array(bytes);
  if (fileValue(photo) !== undefined) return photo;
  const want = { en: "a picture (JPEG, PNG or WebP)", zh: "图片（JPEG、PNG 或 WebP）" };
  const example = "--photo plate.jpg";
  throw new CliProblem("CLI_ARGUMENT", { name: "--photo", got: path, want, example });
}

function serialOf({ seal }: PlateScan): string {
  return seal === undefined ? "" : ` ${serial(hex(seal))}`;
}

function serial(seal: string): number {
  return Number.parseInt(seal.slice(0, 8), 16);
}

import { access } from "node:fs/promises";
import { utf8 } from "../../core/index.ts";
import { turn } from "../../log/index.ts";
import { createPaper, type QrSymbol, qrSymbol } from "../../paper/index.ts";
import { printedCode } from "../code-argument.ts";
import type { Run } from "../run.ts";
import { writeWhole, writeWholeFile } from "../write-file.ts";
import type { Job, JobFiles } from "./job.ts";
import { LAYOUTS, moduleOf, RULES } from "./layout.ts";
import { drawPlate, SAMPLE } from "./plate.ts";
import { type Plate, platesOf } from "./seals.ts";
import { drawSheet, placesOn } from "./sheet.ts";
import { symbolSvg } from "./symbol-svg.ts";
import { createZip, MAX_ZIP_FILES } from "./zip.ts";

/** One file of sheets has at most so many: it is opened, checked and sent to a printer as one. */
const MAX_PAGES = 200;

/** What is printed, and in which pieces. */
export type Printing = {
  readonly perPage: number;
  /** Plates of one file of sheets, and of the archive of symbols beside it. */
  readonly perFile: number;
  readonly files: number;
  /** Millimetres. */
  readonly module: number;
};

export function printingOf({ order, modules, count }: Job): Printing {
  const layout = LAYOUTS[order.layout];
  const perPage = layout.columns * layout.rows;
  const perFile = Math.min(perPage * MAX_PAGES, MAX_ZIP_FILES);
  return { perPage, perFile, files: Math.ceil(count / perFile), module: moduleOf(layout, modules) };
}

/** Where a plate stands: the index of its file, its page (from 1), its place on it (from 1, row by row). */
export function placeOf(job: Job, index: number): { file: number; page: number; place: number } {
  const { perFile, perPage } = printingOf(job);
  const within = index % perFile;
  return {
    file: Math.floor(index / perFile),
    page: Math.floor(within / perPage) + 1,
    place: (within % perPage) + 1,
  };
}

/** The name of a plate's symbol in its archive. */
export function svgName(serial: number, code: string): string {
  return `${String(serial).padStart(7, "0")}_${code.replaceAll("/", "_")}.svg`;
}

/** What had to be printed otherwise than it stands in a record: codes of names that were cut, characters that no font has. */
export type PrintFlaws = { readonly cut: string[]; readonly noted: Set<string> };

/** Draws all sheets, and the symbols beside them; files that an earlier run finished stay. */
export async function printPlates(run: Run, job: Job, files: JobFiles): Promise<PrintFlaws> {
  const flaws: PrintFlaws = { cut: [], noted: new Set() };
  const { perFile, files: count } = printingOf(job);
  const progress = run.progress(run.say({ en: "Printing", zh: "绘制铭牌" }), job.count);
  try {
    for (let index = 0; index < count; index++) {
      if ((await exists(files.sheets(index))) && (await exists(files.symbols(index)))) continue;
      const begin = index * perFile;
      await printFile(run, job, files, index, flaws, (done) => progress.to(begin + done));
    }
  } finally {
    progress.end();
  }
  return flaws;
}

async function printFile(
  run: Run,
  job: Job,
  files: JobFiles,
  index: number,
  flaws: PrintFlaws,
  tell: (done: number) => void,
): Promise<void> {
  const { perFile } = printingOf(job);
  const begin = index * perFile;
  const count = Math.min(perFile, job.count - begin);
  const drawing = startDrawing(run, job, begin, count);
  const { order, iat } = job;
  const sample = order.sample ? SAMPLE : undefined;
  await writeWhole(
    files.symbols(index),
    async (write) => {
      const zip = createZip(write, iat);
      let done = 0;
      for await (const plate of some(platesOf(job, files, begin), count)) {
        const { code, serial } = plate.seal;
        const symbol = symbolOf(plate, job);
        drawing.add(plate, symbol, flaws);
        const svg = symbolSvg(symbol, LAYOUTS[order.layout].symbol, code, sample);
        await zip.add(svgName(serial, code), utf8(svg));
        tell(++done);
        // Between drawings whoever presses Ctrl-C is heard.
        if (done % 16 === 0) await turn();
        run.signal.throwIfAborted();
      }
      await zip.finish();
    },
    { overwrite: true },
  );
  await writeWholeFile(files.sheets(index), drawing.finish(), { overwrite: true });
}

function symbolOf({ seal: { text } }: Plate, { order, modules }: Job): QrSymbol {
  const cut = text.lastIndexOf("/") + 1;
  const content = { alphanumeric: text.slice(0, cut), numeric: text.slice(cut) };
  return qrSymbol(content, RULES[order.where].level, modules);
}

type Drawing = {
  add(plate: Plate, symbol: QrSymbol, flaws: PrintFlaws): void;
  finish(): Uint8Array;
};

/** Sheets of one file; the page that is being drawn is in memory as it is drawn, those before it deflated. */
function startDrawing(run: Run, job: Job, begin: number, count: number): Drawing {
  const { order } = job;
  const layout = LAYOUTS[order.layout];
  const places = placesOn(layout);
  const pages = Math.ceil(count / places.length);
  const serial = (index: number) => job.first + begin + index;
  const title = `${run.say({ en: "Plates", zh: "铭牌" })} ${order.parent} ${serial(0)}–${serial(count - 1)}`;
  const timeMilliseconds = job.iat * 1000;
  const language = run.language === "zh" ? "zh-CN" : "en";
  const paper = createPaper({ title, language, timeMilliseconds });
  const look = { layout, isSample: order.sample };
  let [at, canvas] = [0, undefined as ReturnType<typeof paper.addPage> | undefined];
  return {
    add: (plate, symbol, flaws) => {
      const onPage = at % places.length;
      if (onPage === 0 || canvas === undefined) {
        canvas = paper.addPage(layout.page);
        const last = Math.min(count, at + places.length) - 1;
        const page = at / places.length + 1;
        const serials = last === at ? `${serial(at)}` : `${serial(at)}–${serial(last)}`;
        const place = `${order.parent} · 序号 serials ${serials} · ${page}/${pages}`;
        drawSheet(paper, canvas, { layout, sizes: sizesOf(job), place, isSample: order.sample });
      }
      const { subject } = plate;
      const words = { ...subject, printed: printedCode(subject.code) };
      const place = places[onPage] ?? { x: 0, y: 0 };
      const { noted, isCut } = drawPlate(paper, canvas, place, symbol, words, look);
      for (const char of noted) flaws.noted.add(char);
      if (isCut) flaws.cut.push(subject.code);
      at += 1;
    },
    finish: () => paper.finish(),
  };
}

const LEVEL_LETTERS = { low: "L", medium: "M", quartile: "Q", high: "H" } as const;

/** As it stands on every sheet. */
function sizesOf(job: Job): readonly string[] {
  const { order } = job;
  const { plate, symbol } = LAYOUTS[order.layout];
  const where = order.where === "indoors" ? "户内 indoors" : "户外 outdoors";
  return [
    order.layout,
    `铭牌 plate ${millimetres(plate.width)} × ${millimetres(plate.height)} mm`,
    `码 symbol ${millimetres(symbol)} mm`,
    `模块 module ${printingOf(job).module.toFixed(2)} mm`,
    `${where} ${LEVEL_LETTERS[RULES[order.where].level]}`,
  ];
}

export function millimetres(length: number): string {
  return String(Math.round(length * 10) / 10);
}

async function* some<T>(
  items: AsyncIterable<T>,
  count: number,
): AsyncGenerator<T, void, undefined> {
  let left = count;
  for await (const item of items) {
    yield item;
    left -= 1;
    if (left === 0) return;
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

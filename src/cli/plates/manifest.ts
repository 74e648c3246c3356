import { basename } from "node:path";
import { utf8 } from "../../core/index.ts";
import { printedCode } from "../code-argument.ts";
import { csvCell } from "../import/bad-rows.ts";
import { writeWhole } from "../write-file.ts";
import type { Job, JobFiles } from "./job.ts";
import { placeOf, svgName } from "./print.ts";
import { type Plate, platesOf } from "./seals.ts";

/** For the factory: one row a plate. `text` is what its symbol says, `digits` the seal alone. */
const COLUMNS = [
  "code",
  "printed",
  "name",
  "owner",
  "serial",
  "kid",
  "text",
  "digits",
  "svg",
  "archive",
  "sheets",
  "page",
  "place",
] as const;

/** It is written last: where it is, the job is done. */
export async function writeManifest(job: Job, files: JobFiles): Promise<void> {
  await writeWhole(
    files.manifest,
    async (write) => {
      // A byte order mark: spreadsheets in China take the file for GB 18030 without it.
      await write(utf8(`\ufeff${COLUMNS.join(",")}\r\n`));
      let index = 0;
      for await (const plate of platesOf(job, files)) {
        await write(utf8(rowOf(plate, job, files, index++)));
      }
    },
    { overwrite: true },
  );
}

function rowOf({ subject, seal }: Plate, job: Job, files: JobFiles, index: number): string {
  const { file, page, place } = placeOf(job, index);
  const cells: { readonly [column in (typeof COLUMNS)[number]]: string } = {
    code: subject.code,
    printed: printedCode(subject.code),
    name: subject.name ?? "",
    owner: subject.owner ?? "",
    serial: String(seal.serial),
    kid: seal.kid,
    text: seal.text,
    digits: seal.text.slice(seal.text.lastIndexOf("/") + 1),
    svg: svgName(seal.serial, seal.code),
    archive: basename(files.symbols(file)),
    sheets: basename(files.sheets(file)),
    page: String(page),
    place: String(place),
  };
  return `${COLUMNS.map((column) => csvCell(cells[column])).join(",")}\r\n`;
}

import { utf8 } from "../../core/index.ts";
import type { PdfWriter } from "./file.ts";
import { pdfDate } from "./metadata.ts";
import { dict, type PdfRef, pdfText } from "./value.ts";

/** A file that travels inside a document. */
export type Attachment = {
  /** Letters, digits, `-` and `.`. */
  readonly name: string;
  readonly description: string;
  /** Media type. */
  readonly type: string;
  readonly bytes: Uint8Array;
};

/** Writes the file and says that it is the data that the pages show. @see ISO 19005-3, 6.8; ISO 32000-2, 7.11 and 14.13 */
export function addAttachment(
  pdf: PdfWriter,
  { name, description, type, bytes }: Attachment,
  timeMilliseconds: number,
): PdfRef {
  const params = dict({ Size: bytes.length, ModDate: utf8(pdfDate(timeMilliseconds)) });
  const file = pdf.stream(dict({ Type: "EmbeddedFile", Subtype: type, Params: params }), bytes);
  return pdf.add(
    dict({
      Type: "Filespec",
      F: utf8(name),
      UF: pdfText(name),
      Desc: pdfText(description),
      AFRelationship: "Data",
      EF: dict({ F: file, UF: file }),
    }),
  );
}

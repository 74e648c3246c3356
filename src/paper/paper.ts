import { utf8 } from "../core/index.ts";
import { type Canvas, createCanvas, POINTS_PER_MM } from "./canvas.ts";
import { type FontName, loadFont } from "./font/noto.ts";
import { type Attachment, addAttachment } from "./pdf/attachment.ts";
import { createEmbeddedFont } from "./pdf/embedded-font.ts";
import { createPdf } from "./pdf/file.ts";
import { addInfo, addXmp, type Metadata } from "./pdf/metadata.ts";
import { dict, type PdfDict, type PdfRef } from "./pdf/value.ts";
import type { Face } from "./text.ts";

/** A document for paper: certificates, sheets of plates. It is written as PDF/A-3u, and the same content makes the same bytes. */
export type Paper = {
  /** The fonts of this document; only characters that are drawn are embedded. */
  readonly faces: { readonly [name in FontName]: Face };
  /** Begins a page and ends the one before, which can be drawn on no longer: of a thousand pages one is held as drawn. */
  addPage(sizeMm: { readonly width: number; readonly height: number }): Canvas;
  /** Ends it. @returns the PDF */
  finish(): Uint8Array;
};

export type PaperOptions = Metadata & { readonly attachments?: readonly Attachment[] };

export const A4_MM = { width: 210, height: 297 } as const;

export function createPaper(options: PaperOptions): Paper {
  const faces = {
    regular: faceOf("R", "regular"),
    bold: faceOf("B", "bold"),
    mono: faceOf("M", "mono"),
  };
  const pdf = createPdf();
  const tree = pdf.reserve();
  const resources = pdf.reserve();
  const kids: PdfRef[] = [];
  let open: (() => void) | undefined;
  const endPage = () => {
    open?.();
    open = undefined;
  };
  return {
    faces,
    addPage: ({ width, height }) => {
      endPage();
      const { content, ...canvas } = createCanvas(height);
      const box = [0, 0, width * POINTS_PER_MM, height * POINTS_PER_MM];
      open = () => {
        const stream = pdf.stream(dict({}), utf8(content()));
        const parts = { Parent: tree, MediaBox: box, Resources: resources, Contents: stream };
        kids.push(pdf.add(dict({ Type: "Page", ...parts })));
      };
      return canvas;
    },
    finish: () => {
      endPage();
      pdf.add(dict({ Type: "Pages", Kids: kids, Count: kids.length }), tree);
      const fonts = Object.fromEntries(
        Object.values(faces).map(({ key, font }) => [key, font.finish(pdf)]),
      );
      const colours = dict({ C: ["CalRGB", SRGB] });
      pdf.add(dict({ Font: dict(fonts), ColorSpace: colours }), resources);
      const attachments = (options.attachments ?? []).map(
        (each) => [each, addAttachment(pdf, each, options.timeMilliseconds)] as const,
      );
      const catalog = dict({
        Type: "Catalog",
        Pages: tree,
        Lang: utf8(options.language),
        Metadata: addXmp(pdf, options),
        ...(attachments.length > 0 && attached(attachments)),
      });
      return pdf.finish({ root: pdf.add(catalog), info: addInfo(pdf, options) });
    },
  };
}

function faceOf(key: string, name: FontName): Face {
  return { key, font: createEmbeddedFont(loadFont(name)) };
}

/** The colours of screens, said in a way that depends on no device and needs no profile. @see ISO 32000-1, 8.6.5.3 */
const SRGB: PdfDict = dict({
  WhitePoint: [0.9505, 1, 1.089],
  Gamma: [2.2, 2.2, 2.2],
  Matrix: [0.4124, 0.2126, 0.0193, 0.3576, 0.7152, 0.1192, 0.1805, 0.0722, 0.9505],
});

function attached(files: readonly (readonly [Attachment, PdfRef])[]) {
  const sorted = files.toSorted(([a], [b]) => (a.name < b.name ? -1 : 1));
  const names = dict({ Names: sorted.flatMap(([{ name }, ref]) => [utf8(name), ref]) });
  return {
    Names: dict({ EmbeddedFiles: names }),
    AF: files.map(([, ref]) => ref),
    // The panel that lists them is open, so that nobody overlooks them.
    PageMode: "UseAttachments",
  };
}

// cityid on paper: PDF with Chinese text, vector QR symbols and attached files; and reading such attachments back.

export {
  type Box,
  type Canvas,
  type Colour,
  type Place,
  POINTS_PER_MM,
  type Stroke,
} from "./canvas.ts";
export type { FontName } from "./font/noto.ts";
export { A4_MM, createPaper, type Paper, type PaperOptions } from "./paper.ts";
export type { Attachment } from "./pdf/attachment.ts";
export type { Metadata } from "./pdf/metadata.ts";
export {
  type QrContent,
  type QrLevel,
  type QrRun,
  type QrSymbol,
  QUIET_MODULES,
  qrBoxes,
  qrSymbol,
  qrText,
} from "./qr.ts";
export { type FoundFile, type PdfRefusal, readAttachments } from "./read/attachments.ts";
export {
  type Face,
  type Line,
  type Paragraph,
  setCut,
  setLine,
  setParagraph,
  type TextStyle,
} from "./text.ts";

import { utf8 } from "../../core/index.ts";
import type { PdfWriter } from "./file.ts";
import { dict, type PdfRef, pdfText } from "./value.ts";

/** What a document says of itself. */
export type Metadata = {
  readonly title: string;
  /** BCP 47. */
  readonly language: string;
  /** Unix milliseconds; stands as the time at which it was made, so that the same content makes the same file. */
  readonly timeMilliseconds: number;
};

const PRODUCER = "cityid";

/** The older place for it. @see ISO 32000-1, 14.3.3 */
export function addInfo(pdf: PdfWriter, { title, timeMilliseconds }: Metadata): PdfRef {
  const date = utf8(pdfDate(timeMilliseconds));
  const producer = pdfText(PRODUCER);
  return pdf.add(
    dict({ Title: pdfText(title), Producer: producer, CreationDate: date, ModDate: date }),
  );
}

/** The same as XMP, which archives read: PDF/A-3, level U (text can be copied as Unicode). @see ISO 19005-3, 6.6 */
export function addXmp(pdf: PdfWriter, { title, language, timeMilliseconds }: Metadata): PdfRef {
  const date = `${new Date(timeMilliseconds).toISOString().slice(0, 19)}Z`;
  const xmp = `<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
 xmlns:pdf="http://ns.adobe.com/pdf/1.3/" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">
<pdfaid:part>3</pdfaid:part><pdfaid:conformance>U</pdfaid:conformance>
<dc:format>application/pdf</dc:format>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">${escapeXml(title)}</rdf:li></rdf:Alt></dc:title>
<dc:language><rdf:Bag><rdf:li>${escapeXml(language)}</rdf:li></rdf:Bag></dc:language>
<xmp:CreateDate>${date}</xmp:CreateDate><xmp:ModifyDate>${date}</xmp:ModifyDate>
<pdf:Producer>${PRODUCER}</pdf:Producer>
</rdf:Description>
</rdf:RDF>
</x:xmpmeta>
<?xpacket end="r"?>`;
  return pdf.stream(dict({ Type: "Metadata", Subtype: "XML" }), utf8(xmp), { plain: true });
}

/** `D:20261122060500Z`. @see ISO 32000-1, 7.9.4 */
export function pdfDate(timeMilliseconds: number): string {
  const digits = new Date(timeMilliseconds).toISOString().slice(0, 19).replace(/\D/g, "");
  return `D:${digits}Z`;
}

function escapeXml(text: string): string {
  return text.replace(/[&<>"]/g, (char) => `&#${char.charCodeAt(0)};`);
}

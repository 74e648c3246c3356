import { saveBlob } from "../ui/save-text.ts";
import type { Receipt } from "./store.ts";

/** Offers the two files that `cityid verify <name>` reads together. */
export function saveReceipt(name: string, { entry, receipt }: Receipt): void {
  saveBlob(name, new Blob([receipt], { type: "text/plain" }));
  saveBlob(`${name}.cose`, new Blob([Uint8Array.from(entry)], { type: "application/cose" }));
}

import { prepareZXingModule, readBarcodes } from "zxing-wasm/reader";
import wasm from "zxing-wasm/reader/zxing_reader.wasm?url";

// The larger decoder, in a thread of its own: it needs WebAssembly, which the policy of the page forbids and that of this file
// alone allows (docs/adr/0053).

type Asked = { readonly id: number; readonly image: ImageData };

prepareZXingModule({ overrides: { locateFile: () => wasm } });

addEventListener("message", async ({ data: { id, image } }: MessageEvent<Asked>) => {
  const found = await readBarcodes(image, { formats: ["QRCode"], maxNumberOfSymbols: 1 }).catch(
    (cause: unknown) => ({ failed: String(cause) }),
  );
  if ("failed" in found) postMessage({ id, failed: found.failed });
  else postMessage({ id, text: found[0]?.isValid === true ? found[0].text : undefined });
});

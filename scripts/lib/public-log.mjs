// A log as anybody reads it over HTTP.

/** The note's three lines. */
export async function checkpointText(url) {
  const note = await (await fetch(`${url}/log/checkpoint`)).text();
  return note.slice(0, note.indexOf("\n\n"));
}

/** The three lines that all show, once they show the same and more entries than this. */
export async function sameCheckpoint(urls, beyond, pause = 200) {
  for (;;) {
    const texts = await Promise.all(urls.map((url) => checkpointText(url).catch(() => "")));
    const size = Number(texts[0].split("\n")[1]);
    if (size > beyond && new Set(texts).size === 1) return { text: texts[0], size };
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

/** Entries and the lowest level of tiles, as hex, of the first `size` entries. */
export async function readLog(url, size) {
  const entries = [];
  let tiles = "";
  for (let n = 0; n * 256 < size; n++) {
    const width = Math.min(256, size - n * 256);
    const path = `${nameOf(n)}${width < 256 ? `.p/${width}` : ""}`;
    const [tile, bundle] = await Promise.all([get(url, `tile/0/${path}`), get(url, `tile/entries/${path}`)]);
    tiles += tile.toString("hex");
    for (let at = 0; at < bundle.length; ) {
      const length = bundle.readUInt16BE(at);
      entries.push(bundle.subarray(at + 2, at + 2 + length));
      at += 2 + length;
    }
  }
  return { entries, tiles };
}

async function get(url, what) {
  const answer = await fetch(`${url}/log/${what}`);
  if (answer.status !== 200) throw new Error(`${answer.status} for ${url}/log/${what}`);
  return Buffer.from(await answer.arrayBuffer());
}

function nameOf(n) {
  const group = (value) => String(value).padStart(3, "0");
  const rest = Math.floor(n / 1000);
  return rest === 0 ? group(n) : `x${nameOf(rest)}/${group(n % 1000)}`.replace("/x", "/");
}

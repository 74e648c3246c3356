import { readdirSync, readFileSync } from "node:fs";

const FOLDER = "/node_modules/";
const FILE = /^(?:licen[cs]e|copying|notice)/iu;

/**
 * Whoever passes a bundle on passes on what other people wrote: this notes whose modules are in it, and writes their licences
 * beside it. One for several bundles writes them all with the last.
 */
export class Licences {
  #folders = new Set();

  /** @param fileName where a bundle that is written last has them; others only take part */
  plugin(fileName) {
    const folders = this.#folders;
    const text = () => this.text();
    return {
      name: "licences",
      generateBundle(_, bundle) {
        for (const { moduleIds = [] } of Object.values(bundle)) {
          for (const id of moduleIds) {
            const folder = folderOf(id);
            if (folder !== undefined) folders.add(folder);
          }
        }
        if (fileName !== undefined) this.emitFile({ type: "asset", fileName, source: text() });
      },
    };
  }

  text() {
    const packages = [...this.#folders].map(licenceOf);
    const sorted = packages.sort((a, b) => (a.title < b.title ? -1 : 1));
    return sorted.map(({ title, body }) => `${title}\n\n${body}\n`).join(`\n${"-".repeat(72)}\n\n`);
  }
}

/** The innermost package that a module is of. */
function folderOf(id) {
  const at = id.lastIndexOf(FOLDER);
  if (at < 0) return undefined;
  const [scope, name] = id.slice(at + FOLDER.length).split("/");
  // Some modules are told with a mark before them.
  const start = id.indexOf("/");
  return `${id.slice(start, at)}${FOLDER}${scope.startsWith("@") ? `${scope}/${name}` : scope}`;
}

function licenceOf(folder) {
  const { name, version, license, author } = JSON.parse(readFileSync(`${folder}/package.json`));
  const files = readdirSync(folder).filter((file) => FILE.test(file));
  const texts = files.sort().map((file) => readFileSync(`${folder}/${file}`, "utf8").trim());
  // Some packages name their licence and leave its text out.
  const who = typeof author === "string" ? author : author?.name;
  const body = texts.length > 0 ? texts.join("\n\n") : `${license}${who ? `, by ${who}` : ""}`;
  return { title: `${name} ${version} (${license})`, body };
}

import { fileURLToPath } from "node:url";
import type { Plugin } from "vite";

// docs/adr: Ant Design under a strict Content-Security-Policy. Its libraries write <style> elements through two
// copies of one module; both are exchanged for ours, which adopts constructed style sheets. A module that would
// write one in another way stops the build, so that an update cannot bring a violation in unseen.

const REPLACEMENT: string = fileURLToPath(new URL("../src/csp/adopted-styles.ts", import.meta.url));

const WRITERS: readonly RegExp[] = [
  /@rc-component\/util\/(es|lib)\/Dom\/dynamicCSS\.js$/,
  /@ant-design\/icons\/(es|lib)\/cssUtils\.js$/,
];

// React writes <style> only for a <style> that the application renders; ours renders none.
const HARMLESS: readonly RegExp[] = [/\/react-dom\//, /src\/csp\/adopted-styles\.ts$/];

const WRITES_STYLE: RegExp = /createElement\(\s*["'`]style["'`]/;

/** Makes the component library work where `style-src` is `'self'` alone. */
export function adoptStyles(): Plugin {
  const suspects = new Set<string>();
  return {
    name: "adopt-styles",
    enforce: "pre",
    load(id) {
      if (!WRITERS.some((writer) => writer.test(id))) return undefined;
      return `export * from ${JSON.stringify(REPLACEMENT)};`;
    },
    moduleParsed({ id, code }) {
      if (!HARMLESS.some((path) => path.test(id)) && WRITES_STYLE.test(code ?? ""))
        suspects.add(id);
    },
    // Only what survives tree shaking is judged: the library's other components may do as they like.
    generateBundle(_options, bundle) {
      for (const chunk of Object.values(bundle)) {
        if (chunk.type !== "chunk") continue;
        const bundled = Object.entries(chunk.modules).find(
          ([id, { renderedLength }]) => renderedLength > 0 && suspects.has(id),
        );
        if (bundled) this.error(`${bundled[0]} writes <style> elements by itself`);
      }
    },
  };
}

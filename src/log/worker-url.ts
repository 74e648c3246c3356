/**
 * Where the compiled worker `name` (a path without ending, relative to `importer`) stands. A worker is started by Node
 * itself, which runs no TypeScript before version 22: code that runs from its sources, as tests do, starts the built one.
 */
export function workerUrl(name: string, importer: string): URL {
  const beside = new URL(`${name}.js`, importer);
  if (!importer.endsWith(".ts")) return beside;
  const at = beside.href.lastIndexOf("/src/");
  return new URL(`${beside.href.slice(0, at)}/dist/${beside.href.slice(at + "/src/".length)}`);
}

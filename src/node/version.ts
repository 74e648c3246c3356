import { createRequire } from "node:module";

const { name, version } = createRequire(import.meta.url)("../../package.json") as {
  readonly name: string;
  readonly version: string;
};

/** `cityid/0.1.0` */
export const SOFTWARE: string = `${name}/${version}`;

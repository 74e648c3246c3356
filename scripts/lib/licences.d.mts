import type { Plugin } from "vite";

export class Licences {
  plugin(fileName?: string): Plugin;
  text(): string;
}

import { homedir } from "node:os";
import { join } from "node:path";

/** Where this system keeps what can be fetched again, a folder of ours in it. */
export function cacheDirectory(
  env: { readonly [name: string]: string | undefined },
  folder: string,
): string {
  return join(userCache(env), "cityid", folder);
}

function userCache(env: { readonly [name: string]: string | undefined }): string {
  // An empty one counts as unset: XDG Base Directory Specification.
  if (env.XDG_CACHE_HOME) return env.XDG_CACHE_HOME;
  if (process.platform === "win32" && env.LOCALAPPDATA) return env.LOCALAPPDATA;
  const home = env.HOME || homedir();
  return process.platform === "darwin" ? join(home, "Library", "Caches") : join(home, ".cache");
}

import { execFileSync } from "node:child_process";

/** Whether there is an OpenSSL to make certificates with. */
export function hasOpenssl(): boolean {
  try {
    execFileSync("openssl", ["version"]);
    return true;
  } catch {
    return false;
  }
}

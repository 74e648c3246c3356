// A network namespace for each validator's engine, joined by bridges: engines on different bridges hear nothing of each other, and
// nobody tells them so. Needs iproute2 and leave to make namespaces.
import { execFileSync } from "node:child_process";

const SUBNET = "10.213.77";

/** @returns the namespaces, or why there are none */
export function openNamespaces(count) {
  const names = Array.from({ length: count }, (_, i) => `cityid-soak-${i}`);
  const bridges = ["cityid-br-0", "cityid-br-1"];
  const outer = (i) => `cityid-ve-${i}`;
  const close = () => {
    for (const name of names) quietly("netns", "del", name);
    for (const bridge of bridges) quietly("link", "del", bridge);
  };
  // What a run that was killed left behind.
  close();
  try {
    for (const bridge of bridges) {
      ip("link", "add", bridge, "type", "bridge");
      ip("link", "set", bridge, "up");
    }
    for (const [i, name] of names.entries()) {
      ip("netns", "add", name);
      ip("link", "add", outer(i), "type", "veth", "peer", "name", "eth0", "netns", name);
      ip("-n", name, "addr", "add", `${addressOf(i)}/24`, "dev", "eth0");
      ip("-n", name, "link", "set", "lo", "up");
      ip("-n", name, "link", "set", "eth0", "up");
      ip("link", "set", outer(i), "master", bridges[0]);
      ip("link", "set", outer(i), "up");
    }
  } catch (cause) {
    close();
    return { because: String(cause.stderr ?? cause).trim() };
  }
  return {
    names,
    addressOf,
    /** These are cut off from the others. */
    part: (apart) => names.forEach((_, i) => ip("link", "set", outer(i), "master", bridges[apart.includes(i) ? 1 : 0])),
    close,
  };
}

function addressOf(i) {
  return `${SUBNET}.${i + 1}`;
}

function ip(...args) {
  execFileSync("ip", args, { stdio: ["ignore", "ignore", "pipe"], encoding: "utf8" });
}

function quietly(...args) {
  try {
    ip(...args);
  } catch {
    // There was none.
  }
}

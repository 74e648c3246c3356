import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { discard } from "../discard.ts";
import { hasOpenssl } from "../openssl.ts";
import { runHere } from "./in-process.ts";

let root: string;
let data: string;

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "cityid-untrusted-"));
  data = join(root, "data");
  writeFileSync(join(root, "city.key"), `${"07".repeat(32)}\n`, { mode: 0o600 });
});
afterAll(() => discard(root));

const begin = (parent: string) =>
  runHere([
    ...["start", "--namespace", "MA.156.1301", "--parent", parent, "--data", data, "--json"],
    ...["--key", join(root, "city.key"), "--as", "MA.156.1301"],
  ]);

test.each(["notaurl", "ftp://id.example"])("a parent at %s is a wrong option", async (parent) => {
  const { exit, errors } = await begin(parent);
  expect({ exit, ...JSON.parse(errors) }).toMatchObject({
    ...{ exit: 2, code: "CLI_ARGUMENT" },
    facts: { name: "--parent", got: parent },
  });
});

describe.skipIf(!hasOpenssl())("over https (needs openssl: apt-get install openssl)", () => {
  test("a node whose certificate is not trusted is told apart from one that is silent", async () => {
    const server = createServer(selfSigned(), (_, response) => response.end("{}"));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      const asked = await runHere(["show", "MA.156.1301", "--url", url, "--json"]);
      for (const { exit, errors } of [asked, await begin(url)]) {
        const [problem = ""] = errors.trimEnd().split("\n").slice(-1);
        expect({ exit, ...JSON.parse(problem) }).toMatchObject({
          ...{ exit: 5, code: "CLI_NODE_CERTIFICATE" },
          facts: { url, reason: "DEPTH_ZERO_SELF_SIGNED_CERT" },
        });
      }
      expect(existsSync(data)).toBe(false);
    } finally {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
    const { errors } = await begin(url);
    expect(errors).toMatch(/PARENT_SILENT/);
  });
});

function selfSigned(): { readonly key: string; readonly cert: string } {
  const [key, cert] = [join(root, "key.pem"), join(root, "cert.pem")];
  const subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"];
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  const files = ["-keyout", key, "-out", cert, "-days", "2"];
  execFileSync("openssl", ["req", "-x509", ...curve, ...subject, ...files], { stdio: "ignore" });
  return { key: readFileSync(key, "utf8"), cert: readFileSync(cert, "utf8") };
}

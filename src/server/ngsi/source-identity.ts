import { hex, sha256, utf8 } from "../../core/index.ts";
import { timeOfMilliseconds } from "../http/json.ts";
import type { App, Services } from "../services.ts";
import { answerPlain, BASE } from "./request.ts";

/**
 * Who answers here, for brokers that ask each other in circles (GS CIM 009 §5.15.1, §5.2.40): the same for everybody, whether there is
 * such a dataset or not.
 */
export function mountSourceIdentity(app: App, { config, clock }: Services): void {
  const begun = clock();
  const { host } = new URL(config.publicUrl);
  app.get(`${BASE}/info/sourceIdentity`, (c) => {
    const now = clock();
    const tenant = c.req.header("NGSILD-Tenant");
    const contextSourceAlias = tenant === undefined ? host : `${host}-${shortOf(tenant)}`;
    const told = answerPlain({
      id: `urn:ngsi-ld:ContextSourceIdentity:${shortOf(contextSourceAlias)}`,
      type: "ContextSourceIdentity",
      contextSourceAlias,
      contextSourceUptime: `PT${Math.max(0, Math.floor((now - begun) / 1000))}S`,
      contextSourceTimeAt: timeOfMilliseconds(now),
    });
    if (tenant !== undefined) told.headers["NGSILD-Tenant"] = tenant;
    return told.response();
  });
}

function shortOf(text: string): string {
  return hex(sha256(utf8(text))).slice(0, 16);
}

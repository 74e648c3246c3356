import type { App, Services } from "../services.ts";
import { answerFile } from "./routes.ts";

/**
 * `GET /verifier/verify.js`: the verifier for pages of others. Whoever judges a node by it keeps a copy, or takes it from
 * elsewhere: a node that lies would serve one that believes it.
 */
export function mountVerifier(app: App, { verifier, problem }: Services): void {
  app.get("/verifier/:file", (c) => {
    const file = verifier?.get(`/${c.req.param("file")}`);
    return file === undefined
      ? problem(c, { code: "HTTP_NOT_FOUND", path: c.req.path })
      : answerFile(c, file);
  });
}

import { expect, test } from "vitest";
import { workerUrl } from "../../src/log/worker-url.ts";

test("a built importer starts the worker beside it", () => {
  const importer = "file:///app/dist/ledger/embedded/pool.js";
  expect(workerUrl("./worker", importer).href).toBe("file:///app/dist/ledger/embedded/worker.js");
});

test("an importer run from its source starts the worker that was built of its neighbour", () => {
  const importer = "file:///home/ann/src/cityid/src/ledger/embedded/pool.ts";
  expect(workerUrl("./a/worker", importer).href).toBe(
    "file:///home/ann/src/cityid/dist/ledger/embedded/a/worker.js",
  );
});

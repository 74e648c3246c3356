import { performance } from "node:perf_hooks";
import { parentPort, workerData } from "node:worker_threads";
import { InvariantError } from "../../../core/index.ts";
import { goBeforeOthers, nodeFiles } from "../../../log/index.ts";
import { ValuesReader } from "../values-reader.ts";
import { answer } from "./answer.ts";
import { openToRead } from "./database.ts";
import { wantedOf } from "./document.ts";
import { IndexView } from "./index-view.ts";
import {
  type Answer,
  type Answered,
  type Asked,
  type ReaderData,
  readFailure,
} from "./messages.ts";
import { Turns } from "./turns.ts";

// Runs in a worker thread: answers questions from a connection of its own, while the writer writes.

if (parentPort === null) throw new InvariantError("a worker has a parent");
const port = parentPort;
goBeforeOthers();
const { file, values } = workerData as ReaderData;
const view = new IndexView(openToRead(file), new ValuesReader(nodeFiles, values));
const turns = new Turns<Answer>(() => performance.now());
const reply = (message: Answered): void => port.postMessage(message);

// Reads the dictionary of pinyin now, so that the first question need not wait for it.
wantedOf("\u4e00");

port.on("message", ({ id, question }: Asked) => {
  turns.add(
    answer(view, question),
    (found) => reply({ id, answer: found }),
    (cause) => reply({ id, failure: readFailure(cause) }),
  );
});

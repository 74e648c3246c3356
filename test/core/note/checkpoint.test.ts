import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Hash, toHash } from "../../../src/core/merkle/index.ts";
import {
  formatCheckpointText,
  parseCheckpoint,
  parseCheckpointText,
  signCheckpoint,
} from "../../../src/core/note/index.ts";
import { keyName, signer } from "./keys.ts";

const root = toHash(new Uint8Array(32)) as Hash;

describe("parseCheckpointText", () => {
  test("reads back every checkpoint it writes", () => {
    const checkpoints = fc.record({
      origin: keyName,
      size: fc.maxSafeNat(),
      root: fc
        .uint8Array({ minLength: 32, maxLength: 32 })
        .map((bytes) => bytes as unknown as Hash),
    });
    fc.assert(
      fc.property(checkpoints, (checkpoint) => {
        const text = formatCheckpointText(checkpoint);
        expect(parseCheckpointText(text)).toEqual({ ok: true, value: checkpoint });
      }),
    );
  });

  const zero = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

  test.each([
    { text: "", error: { code: "CHECKPOINT_LINES", got: 0, want: 3 } },
    { text: `a\n1\n${zero}`, error: { code: "CHECKPOINT_LINES", got: 2, want: 3 } },
    { text: `a\n1\n${zero}\nextension\n`, error: { code: "CHECKPOINT_LINES", got: 4, want: 3 } },
    { text: `a\n1\n${zero}\nb`, error: { code: "CHECKPOINT_LINES", got: 3, want: 3 } },
    { text: `\n1\n${zero}\n`, error: { code: "CHECKPOINT_ORIGIN", origin: "" } },
    { text: `a+b\n1\n${zero}\n`, error: { code: "CHECKPOINT_ORIGIN", origin: "a+b" } },
    { text: `a\n\n${zero}\n`, error: { code: "CHECKPOINT_SIZE", size: "" } },
    { text: `a\n-1\n${zero}\n`, error: { code: "CHECKPOINT_SIZE", size: "-1" } },
    { text: `a\n1e3\n${zero}\n`, error: { code: "CHECKPOINT_SIZE", size: "1e3" } },
    { text: `a\n0x1\n${zero}\n`, error: { code: "CHECKPOINT_SIZE", size: "0x1" } },
    { text: `a\n1 \n${zero}\n`, error: { code: "CHECKPOINT_SIZE", size: "1 " } },
    { text: `a\n9007199254740992\n${zero}\n`, error: { code: "CHECKPOINT_SIZE" } },
    { text: "a\n1\n\n", error: { code: "CHECKPOINT_ROOT", root: "" } },
    { text: `a\n1\n${zero.slice(0, -1)}\n`, error: { code: "CHECKPOINT_ROOT" } },
    { text: `a\n1\n${zero.replace("=", "AA==")}\n`, error: { code: "CHECKPOINT_ROOT" } },
  ])("refuses $text with $error.code", ({ text, error }) => {
    expect(parseCheckpointText(text)).toMatchObject({ ok: false, error });
  });

  test("takes extension lines where it is told to, and says nothing of them", () => {
    const ours = `a\n1\n${zero}\n`;
    const value = { origin: "a", size: 1, root };
    for (const more of ["", "extension\n", " \n", "one\ntwo\n— three\n"]) {
      expect(parseCheckpointText(`${ours}${more}`, true), more).toEqual({ ok: true, value });
    }
    for (const wrong of ["\n", "one\n\n", "\none\n", "one\n\ntwo\n", "one"]) {
      const parsed = parseCheckpointText(`${ours}${wrong}`, true);
      expect(parsed, wrong).toMatchObject({ error: { code: "CHECKPOINT_LINES", want: 3 } });
    }
    expect(parseCheckpointText(`a\n1\n${zero}`, true).ok).toBe(false);
  });
});

test("a signed checkpoint carries its note", () => {
  const log = signer("example.com/log", "ed25519", 1);
  const checkpoint = { origin: "example.com/log", size: 7, root };
  const signed = parseCheckpoint(signCheckpoint(checkpoint, [log]));
  expect(signed).toMatchObject({
    ok: true,
    value: { ...checkpoint, note: { text: formatCheckpointText(checkpoint) } },
  });
  expect(parseCheckpoint("no note")).toMatchObject({ error: { code: "NOTE_SEPARATOR" } });
  expect(parseCheckpoint("a\n\n— a AAAAAAA=\n")).toMatchObject({
    error: { code: "CHECKPOINT_LINES", got: 1 },
  });
});

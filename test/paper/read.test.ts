import { deflateSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { A4_MM, createPaper, readAttachments, setLine } from "../../src/paper/index.ts";
import { formatValue, type PdfValue } from "../../src/paper/pdf/value.ts";
import { Lexer } from "../../src/paper/read/lexer.ts";

const latin1 = (text: string) => new Uint8Array(Buffer.from(text, "latin1"));
const join = (...parts: readonly Uint8Array[]) => new Uint8Array(Buffer.concat(parts));

const PROOF = { name: "p.json", description: "p", type: "application/x", bytes: latin1("proof") };

/** As we write them, with the attachments that are given. */
function ours(...attachments: readonly (typeof PROOF)[]): Uint8Array {
  const paper = createPaper({ title: "t", language: "en", timeMilliseconds: 0, attachments });
  const { mono } = paper.faces;
  const line = setLine("page", { faces: [mono], notation: mono, size: 12 });
  paper.addPage(A4_MM).text({ x: 20, y: 30 }, line, [0, 0, 0]);
  return paper.finish();
}

/** Objects 1, 2, … as somebody else may write them; the first is the catalog. */
function theirs(objects: readonly (string | Uint8Array)[], trailer = ""): Uint8Array {
  let file = latin1("%PDF-1.4\n");
  const offsets = objects.map((object, i) => {
    const offset = file.length;
    const body = typeof object === "string" ? latin1(object) : object;
    file = join(file, latin1(`${i + 1} 0 obj\n`), body, latin1("\nendobj\n"));
    return offset;
  });
  const rows = offsets.map((offset) => `${String(offset).padStart(10, "0")} 00000 n \n`);
  const table = `xref\n0 1\n0000000000 65535 f \n1 ${rows.length}\n${rows.join("")}`;
  const end = `trailer\n<< /Root 1 0 R /Size ${rows.length + 1} ${trailer} >>\nstartxref\n${file.length}\n%%EOF`;
  return join(file, latin1(table + end));
}

function stream(entries: string, data: Uint8Array): Uint8Array {
  const head = latin1(`<< ${entries} /Length ${data.length} >>\nstream\n`);
  return join(head, data, latin1("\nendstream"));
}

const CATALOG = "<< /Names << /EmbeddedFiles 2 0 R >> >>";
const LEAF = "<< /Names [(p) 3 0 R] >>";
const SPEC = "<< /Type /Filespec /F (p.json) /EF << /F 4 0 R >> >>";

const plain = (read: ReturnType<typeof readAttachments>, max = 1000): string[] => {
  if (!read.ok) throw new Error(read.error.code);
  return read.value.map((file) => {
    const content = file.read(max);
    return content.ok ? Buffer.from(content.value).toString() : content.error.code;
  });
};

describe("values", () => {
  const text = fc.string({ unit: fc.constantFrom("A", "b", "0", "/", " ", "#", "(", "<", "%") });
  const { value } = fc.letrec<{ value: PdfValue }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      fc.constant(null),
      fc.boolean(),
      fc.integer({ min: -1e9, max: 1e9 }),
      text,
      fc.uint8Array({ maxLength: 20 }),
      fc.record({ object: fc.nat(1e6), generation: fc.nat(9) }),
      fc.array(tie("value"), { maxLength: 4 }),
      fc
        .array(fc.tuple(text, tie("value")), { maxLength: 4 })
        .map((entries) => new Map(entries) as PdfValue),
    ),
  }));

  test("are read as they were written", () => {
    fc.assert(
      fc.property(value, (given) => {
        const lexer = new Lexer(latin1(formatValue(given)), 0, { bytes: 1e6 });
        expect(lexer.value()).toEqual(given);
      }),
    );
  });

  test.each([
    ["(a(b)\\)\\n\\101\\\r\nx)", latin1("a(b))\nAx")],
    ["< 4 1 4>", latin1("A@")],
    ["/A#42c", "ABc"],
    ["% a comment\n-.5", -0.5],
    ["[1 0 R 2 0]", [{ object: 1, generation: 0 }, 2, 0]],
  ])("that others spell otherwise are read: %s", (spelling, want) => {
    expect(new Lexer(latin1(spelling), 0, { bytes: 1e6 }).value()).toEqual(want);
  });
});

describe("attachments", () => {
  test("are found in a file that somebody else wrote, once, however often it names them", () => {
    const file = stream("", latin1("proof"));
    expect(plain(readAttachments(theirs([CATALOG, LEAF, SPEC, file])))).toEqual(["proof"]);
    const catalog = "<< /Names << /EmbeddedFiles << /Kids [2 0 R 2 0 R] >> >> /AF [3 0 R] >>";
    expect(plain(readAttachments(theirs([catalog, LEAF, SPEC, file])))).toEqual(["proof"]);
  });

  test("are all found where there are several", () => {
    expect(plain(readAttachments(ours(PROOF, { ...PROOF, name: "q.json" })))).toHaveLength(2);
    expect(plain(readAttachments(ours()))).toEqual([]);
    expect(plain(readAttachments(theirs(["<< >>"])))).toEqual([]);
  });

  test("are those of the newest revision: a signature of a court may follow ours", () => {
    const before = ours(PROOF);
    const start = Number(/startxref\n(\d+)/.exec(Buffer.from(before).toString("latin1"))?.[1]);
    const root = /\/Root (\d+) 0 R/.exec(Buffer.from(before).toString("latin1"))?.[1];
    const unchanged = `99 0 obj\n<< /Type /Sig >>\nendobj\n`;
    const table = (offset: number) =>
      `xref\n99 1\n${String(offset).padStart(10, "0")} 00000 n \ntrailer\n<< /Root ${root} 0 R /Size 100 /Prev ${start} >>\n`;
    const at = before.length + unchanged.length;
    const signed = join(
      before,
      latin1(`${unchanged}${table(before.length)}startxref\n${at}\n%%EOF`),
    );
    expect(plain(readAttachments(signed))).toEqual(["proof"]);
    const emptied = `${root} 0 obj\n<< /Type /Catalog >>\nendobj\n`;
    const other = `xref\n${root} 1\n${String(before.length).padStart(10, "0")} 00000 n \ntrailer\n<< /Root ${root} 0 R /Prev ${start} >>\n`;
    const end = `startxref\n${before.length + emptied.length}\n%%EOF`;
    expect(plain(readAttachments(join(before, latin1(emptied + other + end))))).toEqual([]);
  });

  test("are found through tables and objects that are packed, as newer programs save them", () => {
    const packed = [CATALOG, LEAF, SPEC];
    let at = 0;
    const heads = packed.map((object, i) => {
      const head = `${i + 1} ${at}`;
      at += object.length + 1;
      return head;
    });
    const head = `${heads.join(" ")} `;
    const objects = deflateSync(latin1(head + packed.join(" ")));
    let file = latin1("%PDF-1.5\n");
    const place = (number: number, body: Uint8Array): number => {
      const offset = file.length;
      file = join(file, latin1(`${number} 0 obj\n`), body, latin1("\nendobj\n"));
      return offset;
    };
    const fourth = place(4, stream("/Filter /FlateDecode", deflateSync(latin1("proof"))));
    const fifth = place(
      5,
      stream(`/Type /ObjStm /N 3 /First ${head.length} /Filter [/FlateDecode]`, objects),
    );
    const rows = [
      [2, 5, 0],
      [2, 5, 1],
      [2, 5, 2],
      [1, fourth, 0],
      [1, fifth, 0],
    ].map(([kind = 0, second = 0, third = 0]) => [kind, second >> 8, second & 255, third]);
    // Each row as its difference from the one above, PNG's filter 2.
    const filtered = rows.flatMap((row, i) => [
      2,
      ...row.map((byte, k) => (byte - (rows[i - 1]?.[k] ?? 0)) & 255),
    ]);
    const entries =
      "/Type /XRef /W [1 2 1] /Index [1 5] /Size 7 /Root 1 0 R /Filter /FlateDecode /DecodeParms << /Predictor 12 /Columns 4 >>";
    const table = place(6, stream(entries, deflateSync(Uint8Array.from(filtered))));
    file = join(file, latin1(`startxref\n${table}\n%%EOF`));
    expect(plain(readAttachments(file))).toEqual(["proof"]);
  });
});

describe("what is hostile", () => {
  const bomb = deflateSync(new Uint8Array(32 * 1024 * 1024));
  const nested = `${"[".repeat(100_000)}`;
  const file = stream("", latin1("proof"));
  test.each<[string, Uint8Array, object]>([
    ["no table", latin1("%PDF-1.7\nhello"), { what: "startxref" }],
    ["a table that leads to itself", theirs([CATALOG], "/Prev 9"), { code: "PDF_DAMAGED" }],
    [
      "encryption",
      theirs([CATALOG, LEAF, SPEC, file], "/Encrypt 1 0 R"),
      { code: "PDF_ENCRYPTED" },
    ],
    ["a catalog that is its own reference", theirs(["1 0 R"]), { what: "references" }],
    ["nesting", theirs([nested]), { what: "nesting" }],
    [
      "a tree of names that leads back",
      theirs([CATALOG, "<< /Kids [2 0 R 2 0 R] >>"]),
      { what: "names" },
    ],
    [
      "a length that needs itself",
      theirs([CATALOG, LEAF, SPEC, "<< /Length 4 0 R >>\nstream\nx\nendstream"]),
      { what: "number" },
    ],
    [
      "a length beyond the end",
      theirs([CATALOG, LEAF, SPEC, "<< /Length 99999 >>\nstream\nx\nendstream"]),
      { what: "length" },
    ],
    ["a key that stands twice", theirs(["<< /Names 1 /Names 2 >>"]), { what: "dictionary" }],
    ["a file that is no stream", theirs([CATALOG, LEAF, SPEC, "<< >>"]), { what: "stream" }],
    ["a file that is not there", theirs([CATALOG, LEAF, SPEC]), { what: "stream" }],
    [
      "more names than anybody could list",
      theirs([CATALOG, `<< /Names [${"1 ".repeat(300_000)}] >>`]),
      { what: "files" },
    ],
    [
      "more associated files than that",
      theirs([`<< /AF [${"1 ".repeat(300_000)}] >>`]),
      { what: "files" },
    ],
  ])("is refused: %s", (_, bytes, want) => {
    const read = readAttachments(bytes);
    expect(read).toMatchObject({ ok: false, error: want });
  });

  test("is not unpacked beyond the limit", () => {
    const packed = theirs([CATALOG, LEAF, SPEC, stream("/Filter /FlateDecode", bomb)]);
    expect(plain(readAttachments(packed))).toEqual(["PDF_DAMAGED"]);
    const table = join(
      latin1("%PDF-1.5\n1 0 obj\n"),
      stream("/Type /XRef /W [1 2 1] /Size 9 /Root 1 0 R /Filter /FlateDecode", bomb),
      latin1("\nendobj\nstartxref\n9\n%%EOF"),
    );
    expect(readAttachments(table)).toMatchObject({ ok: false, error: { what: "deflated data" } });
  });

  test("is not unpacked by what we do not know", () => {
    for (const filter of ["/LZWDecode", "[/ASCIIHexDecode /FlateDecode]", "/Crypt"]) {
      const odd = theirs([CATALOG, LEAF, SPEC, stream(`/Filter ${filter}`, latin1("x"))]);
      expect(plain(readAttachments(odd))).toEqual(["PDF_DAMAGED"]);
    }
  });

  test("costs no more than its length: the same bytes are not read over and over", () => {
    // A thousand files that all lie in one long object.
    const names = Array.from({ length: 1000 }, () => "(p) 3 0 R").join(" ");
    const long = `<< /F (${"x".repeat(2_000_000)}) /EF << /F 4 0 R >> >>`;
    const read = readAttachments(theirs([CATALOG, `<< /Names [${names}] >>`, long, file]));
    expect(read).toMatchObject({ ok: false, error: { what: "too much to read" } });
  });

  test("whatever is cut off, changed or added, the answer is a value", () => {
    const whole = ours(PROOF);
    const edit = fc.tuple(fc.nat(whole.length - 1), fc.integer({ min: 0, max: 255 }));
    fc.assert(
      fc.property(fc.array(edit, { maxLength: 8 }), fc.nat(whole.length), (edits, length) => {
        const bytes = Uint8Array.from(whole);
        for (const [at, byte] of edits) bytes[at] = byte;
        for (const some of [bytes, bytes.subarray(0, length), bytes.subarray(length)]) {
          const read = readAttachments(some);
          if (read.ok) for (const each of read.value) each.read(1000);
        }
      }),
      { numRuns: 300 },
    );
    expect(readAttachments(new Uint8Array())).toMatchObject({ ok: false });
  });
});

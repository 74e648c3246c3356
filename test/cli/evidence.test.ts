import { mkdtemp, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { writeIdentityFile } from "../../src/cli/identity-file.ts";
import { discard } from "../discard.ts";
import { genesisWith, listInGazette } from "../sdk/world.ts";
import { jsonOf, openOffice, problemOf } from "./office.ts";
import { runCli } from "./served-world.ts";

test("evidence opens with the member's identity; with another one it is said that this one does not fit", async () => {
  const directory = await mkdtemp(join(tmpdir(), "cityid-evidence-"));
  onTestFinished(() => discard(directory));
  const own = join(directory, "own.age");
  await using office = await openOffice(genesisWith(await writeIdentityFile(own)));
  const at = (name: string) => join(office.directory, name);
  await listInGazette(office.node, "MA.156.1307", "张家口市");
  await runCli(["key", "new", at("k.json")]);
  const letter = await office.file("letter.txt", "we are Zhangjiakou");
  const about = ["--name", "张家口市", "--evidence", letter, "--key", at("k.json")];
  const { id } = jsonOf(await office.cli("apply", "MA.156.1307", ...about, "--yes", "--json"));
  const evidence = (identity: string) =>
    office.as(
      "member/A",
      "member/A",
      ...["inbox", "evidence", id, "--identity", identity, "--to", at("files")],
    );
  const other = at("other.age");
  await writeIdentityFile(other);
  expect(problemOf(await evidence(other))).toMatchObject({
    exit: 8,
    code: "CLI_EVIDENCE_LOCKED",
    what: `The identity in ${other} does not open the file “letter.txt”.`,
  });
  expect(await evidence(own)).toMatchObject({ exit: 0 });
  expect(await readFile(at("files/letter.txt"), "utf8")).toBe("we are Zhangjiakou");
});

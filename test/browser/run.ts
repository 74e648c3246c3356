import { type File, startTests, type Task, type VitestRunner } from "@vitest/runner";

/** What became of one test. */
export type Outcome = {
  readonly name: string;
  readonly state: string;
  readonly errors: readonly string[];
};

/** Runs test files in this page, as `vitest run` would in Node. */
export async function run(
  files: Readonly<Record<string, () => Promise<unknown>>>,
): Promise<readonly Outcome[]> {
  const runner: VitestRunner = { config: CONFIG, importFile: (path) => files[path]?.() };
  return (await startTests(Object.keys(files), runner)).flatMap((file) => outcomes(file, file));
}

const CONFIG: VitestRunner["config"] = {
  root: "/",
  setupFiles: [],
  name: undefined,
  passWithNoTests: false,
  testNamePattern: undefined,
  allowOnly: false,
  sequence: { seed: 0, hooks: "stack", setupFiles: "list" },
  chaiConfig: undefined,
  maxConcurrency: 1,
  testTimeout: 240_000,
  hookTimeout: 240_000,
  retry: 0,
  includeTaskLocation: false,
  tags: [],
  tagsFilter: undefined,
  strictTags: false,
};

/** Of every test below a task; and of a suite that could not even begin. */
function outcomes(task: Task, file: File): Outcome[] {
  const errors = task.result?.errors?.map(({ message }) => message) ?? [];
  const own = {
    name: `${file.name} > ${task.name}`,
    state: task.result?.state ?? task.mode,
    errors,
  };
  if (task.type === "test") return [own];
  const inner = task.tasks.flatMap((each) => outcomes(each, file));
  return errors.length > 0 ? [own, ...inner] : inner;
}

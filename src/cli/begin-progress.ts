import type { BeginningProgress } from "../node/index.ts";
import { group, type Progress } from "./progress.ts";
import type { Run } from "./run.ts";
import type { Text } from "./text.ts";

/** Says what the beginning of a child ledger is at: a line for each step, and a bar on a terminal. */
export function beginProgress(run: Run): {
  readonly to: (progress: BeginningProgress) => void;
  readonly end: () => void;
} {
  let step: BeginningProgress["step"] | undefined;
  let bar: Progress | undefined;
  return {
    to(progress) {
      if (progress.step !== step) {
        bar?.end();
        step = progress.step;
        const label = run.say(LABELS[step]);
        run.note(`${label} (${group(progress.total)} ${run.say(UNITS[step])})`);
        bar = run.progress(label, progress.total);
      }
      bar?.to(progress.done);
    },
    end: () => bar?.end(),
  };
}

const LABELS: Record<BeginningProgress["step"], Text> = {
  parent: { en: "Verifying the parent's log", zh: "核验上级账本的日志" },
  import: { en: "Choosing what is taken over", zh: "选取要接管的内容" },
  ledger: { en: "Writing block 0", zh: "写入第 0 个区块" },
};

const UNITS: Record<BeginningProgress["step"], Text> = {
  parent: { en: "entries", zh: "个条目" },
  import: { en: "bytes of values", zh: "字节的值" },
  ledger: { en: "import entries", zh: "个导入条目" },
};

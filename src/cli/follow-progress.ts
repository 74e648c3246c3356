import type { Progress } from "./progress.ts";
import type { Run } from "./run.ts";

/** Shows how far the verification of a log is, once it is known how large it is. */
export type FollowProgress = {
  readonly to: (progress: { readonly done: number; readonly total: number }) => void;
  readonly wait: (wait: { readonly milliseconds: number }) => void;
  readonly end: () => void;
};

/** Several requests are under way at once and wait at the same time; one line says so. */
const QUIET_MILLISECONDS = 1000;

export function followProgress(run: Run): FollowProgress {
  let bar: Progress | undefined;
  let said = Number.NEGATIVE_INFINITY;
  const end = () => {
    bar?.end();
    bar = undefined;
  };
  return {
    to({ done, total }) {
      bar ??= run.progress(run.say({ en: "Verifying", zh: "核验中" }), total);
      bar.to(done);
    },
    wait({ milliseconds }) {
      const now = Date.now();
      if (now - said < QUIET_MILLISECONDS) return;
      said = now;
      end();
      const seconds = (milliseconds / 1000).toFixed(1);
      run.note(
        run.say({
          en: `The server is busy or silent; trying again in ${seconds} s.`,
          zh: `服务器忙或无应答，${seconds} 秒后重试。`,
        }),
      );
    },
    end,
  };
}

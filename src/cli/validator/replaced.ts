import { hex, type InnerOperation, type Operation } from "../../core/index.ts";
import type { Run } from "../run.ts";
import { validators } from "./list.ts";

/**
 * Says, before it is signed, that an operation gives a validator that runs other keys: by its words it could as well be one that
 * joins under a name that is free.
 */
export async function tellReplacedKeys(run: Run, op: Operation | InnerOperation): Promise<void> {
  if (op.op !== "validator" || "leave" in op) return;
  const before = (await validators(run)).find(({ id, active }) => active && id === op.id);
  if (before === undefined) return;
  const changes = [
    [{ en: "votes with key", zh: "投票密钥" }, before.key, op.key && hex(op.key)],
    [{ en: "known to its peers as", zh: "对等节点标识" }, before.peer, op.peer && hex(op.peer)],
    [{ en: "cosigns as", zh: "共签公钥" }, before.cosigner, op.cosigner],
  ] as const;
  const lines = changes.flatMap(([label, old, next]) =>
    old === undefined || next === undefined || old === next
      ? []
      : [
          run.say({
            en: `  ${label.en}: ${old} now, ${next} then`,
            zh: `  ${label.zh}：现为 ${old}，改为 ${next}`,
          }),
        ],
  );
  if (lines.length === 0) return;
  const { id } = op;
  run.note(
    run.paint.warn("▲ ") +
      run.say({
        en: `${id} is a validator of the ledger already: this REPLACES its keys, and who runs it with the old ones is shut out. Another validator needs another name.`,
        zh: `${id} 已是账本的验证节点：此操作将替换其密钥，使用旧密钥运行的节点随即失效。若是另一验证节点，须另取名称。`,
      }),
  );
  for (const line of lines) run.note(line);
}

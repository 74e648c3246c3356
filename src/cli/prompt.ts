import { createInterface } from "node:readline/promises";
import type { ReadStream } from "node:tty";
import type { Terminal } from "./terminal.ts";

/** Asks for yes or no; everything but a yes is a no. */
export async function askYesNo({ input, errors }: Terminal, question: string): Promise<boolean> {
  const lines = createInterface({ input, output: errors, terminal: true });
  try {
    const answer = await lines.question(question);
    return /^(y|yes|是|好|确认)$/i.test(answer.trim());
  } finally {
    lines.close();
  }
}

/** Asks for a line that is typed exactly, for what cannot be taken back. */
export async function askLine({ input, errors }: Terminal, question: string): Promise<string> {
  const lines = createInterface({ input, output: errors, terminal: true });
  try {
    return (await lines.question(question)).trim();
  } finally {
    lines.close();
  }
}

const ENTER = /[\r\n]/;
const INTERRUPT = "\u0003";
const ERASE = /[\b\u007f]/;

/** Asks for a passphrase without showing it. Ctrl-C ends the run as it would anywhere. */
export async function askSecret({ input, errors }: Terminal, question: string): Promise<string> {
  errors.write(question);
  const keyboard = input as ReadStream;
  keyboard.setRawMode(true);
  keyboard.setEncoding("utf8");
  try {
    return await readSecret(keyboard);
  } finally {
    keyboard.setRawMode(false);
    keyboard.pause();
    errors.write("\n");
  }
}

function readSecret(keyboard: ReadStream): Promise<string> {
  return new Promise((resolve, reject) => {
    let secret: string[] = [];
    const stop = (end: () => void) => {
      keyboard.off("data", onData);
      end();
    };
    const onData = (data: string | Buffer) => {
      for (const key of String(data)) {
        if (ENTER.test(key)) return stop(() => resolve(secret.join("")));
        if (key === INTERRUPT)
          return stop(() => reject(new DOMException("interrupted", "AbortError")));
        secret = ERASE.test(key) ? secret.slice(0, -1) : [...secret, key];
      }
    };
    keyboard.on("data", onData);
    keyboard.resume();
  });
}

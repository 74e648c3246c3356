const PATIENCE_MILLISECONDS = 120_000;

/** Asks again until there is an answer. */
export async function until(ask, what) {
  for (const end = Date.now() + PATIENCE_MILLISECONDS; Date.now() < end; ) {
    const answer = await ask();
    if (answer) return answer;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`still not: ${what}`);
}

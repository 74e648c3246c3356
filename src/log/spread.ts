/** An odd number of 32 bits that nobody outside this process knows: for `spreadOver`. */
export function randomSpread(): number {
  return (crypto.getRandomValues(new Uint32Array(1))[0] as number) | 1;
}

/**
 * One of `places` for a word of 32 bits: multiplication by a random odd number and its highest bits, so that words that somebody
 * chose to be alike come to lie as far apart as any (Dietzfelbinger et al., 1997).
 */
export function spreadOver(places: number, word: number, spread: number): number {
  return Math.floor(((Math.imul(word, spread) >>> 0) / 2 ** 32) * places);
}

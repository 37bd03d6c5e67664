/** Numbers that look random and are the same for everyone: derived from public text. */

/** An endless row of numbers in [0, 1) that follows from `text` alone. */
export function variationOf(text: string): () => number {
  // FNV-1a folds the text into 32 bits; mulberry32 stretches them. Looks are at stake, not chips.
  let state = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    state = Math.imul(state ^ text.charCodeAt(index), 0x01000193);
  }
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

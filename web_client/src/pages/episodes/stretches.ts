/** The episode as stretches of one mode each. */

/** A stretch of the episode in one mode. */
export interface Stretch {
  readonly mode: string;
  readonly from: number;
  readonly to: number;
}

/** Joins equal neighbours of the mode row into stretches. */
export function stretches(times: readonly number[], modes: readonly string[]): Stretch[] {
  const found: Stretch[] = [];
  modes.forEach((mode, index) => {
    const last = found.at(-1);
    const at = times[index] ?? 0;
    if (last?.mode === mode) found[found.length - 1] = { ...last, to: at };
    else {
      if (last !== undefined) found[found.length - 1] = { ...last, to: at };
      found.push({ mode, from: at, to: at });
    }
  });
  return found;
}

/** What the player saw at a moment: how old the picture on their screen was; nothing of the browser in here. */
import type { Tracks } from "../../wire";

/** An input further back than this says nothing of now: the page was hidden, or gone. */
export const STALE_S = 1;
const SMOOTH_S = 0.25;

/** Whose time the pictures are shown in. */
export type View = "cell" | "player";

function lastAt(times: readonly number[], at: number): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] ?? 0) <= at) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** How old, in seconds, the picture was that the player saw at a moment; null where nothing tells. */
export function ageAt(tracks: Tracks, at: number): number | null {
  const row = lastAt(tracks.t_s, at);
  const told = tracks.t_s[row];
  const seen = tracks.seen_s[row];
  return told === undefined || seen === undefined || at - told > STALE_S ? null : told - seen;
}

/** The same, evened out over the half second around: a picture's age grows until the next one comes. */
export function evenAgeAt(tracks: Tracks, at: number): number | null {
  const [first, last] = [lastAt(tracks.t_s, at - SMOOTH_S) + 1, lastAt(tracks.t_s, at + SMOOTH_S)];
  let sum = 0;
  for (let row = first; row <= last; row += 1) sum += (tracks.t_s[row] ?? 0) - (tracks.seen_s[row] ?? 0);
  return last < first ? ageAt(tracks, at) : sum / (last - first + 1);
}

/** Ages in milliseconds, a row for each input. */
export function agesMs(tracks: Tracks): number[] {
  return tracks.t_s.map((at, row) => (at - (tracks.seen_s[row] ?? at)) * 1000);
}

/** The value below which this share of the values lies; null of none. */
export function quantile(values: readonly number[], share: number): number | null {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? null;
}

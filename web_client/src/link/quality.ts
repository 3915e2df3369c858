/** The connection in words: how it will feel, from round trip, jitter and how fresh picture and state are. */

/** What is measured; milliseconds, null when unknown. */
export interface LinkFigures {
  readonly connected: boolean;
  readonly roundTripMs: number | null;
  readonly jitterMs: number | null;
  /** Since the newest arm state arrived. */
  readonly silenceMs: number | null;
  /** Since the newest picture was shown. */
  readonly pictureMs: number | null;
}

export type LinkQuality = "lost" | "stalled" | "measuring" | "poor" | "slow" | "fair" | "good";

const STALLED_MS = 400;
const FROZEN_PICTURE_MS = 700;

/** The word for these figures. */
export function linkQuality(figures: LinkFigures): LinkQuality {
  if (!figures.connected) return "lost";
  if ((figures.silenceMs ?? 0) > STALLED_MS || (figures.pictureMs ?? 0) > FROZEN_PICTURE_MS) return "stalled";
  if (figures.roundTripMs === null) return "measuring";
  const felt = figures.roundTripMs + 2 * (figures.jitterMs ?? 0);
  if (felt <= 80) return "good";
  if (felt <= 180) return "fair";
  return felt <= 350 ? "slow" : "poor";
}

/** What the cell has told about the turn: a state machine over its events. */

import type { Bilingual, EventOut, MoveNews, RefereeNews, TurnOver, Welcome } from "../wire";

/** `getting_ready`: the cell moves the arm to its start and lays out the pieces. */
export type Phase = "connecting" | "ready" | "getting_ready" | "playing" | "over";

/** All that events have told so far. */
export interface Turn {
  readonly welcome: Welcome | null;
  readonly referee: RefereeNews | null;
  readonly move: MoveNews | null;
  readonly over: TurnOver | null;
  readonly refused: Bilingual | null;
  /** The player has asked to begin. */
  readonly begun: boolean;
}

export const UNTOLD: Turn = { welcome: null, referee: null, move: null, over: null, refused: null, begun: false };

/** Takes in one event. */
export function hear(turn: Turn, event: EventOut): Turn {
  switch (event.type) {
    case "welcome":
      return { ...turn, welcome: event, refused: null };
    case "referee":
      return { ...turn, referee: event };
    case "move":
      return { ...turn, move: event };
    case "turn_over":
      return { ...turn, over: event };
    case "refused":
      return { ...turn, refused: event.text };
  }
}

/** The player has pressed the button to begin. */
export const begin = (turn: Turn): Turn => (turn.begun ? turn : { ...turn, begun: true });

/** Where the turn stands. A page loaded anew finds the turn running without having begun it. */
export function phaseOf(turn: Turn): Phase {
  if (turn.over !== null) return "over";
  if (turn.welcome === null) return "connecting";
  if (turn.referee !== null || turn.welcome.turn_ends_ns !== null) return "playing";
  return turn.begun ? "getting_ready" : "ready";
}

/** Seconds left at `cellNow` (seconds on the cell's clock); the puzzle's whole time before it runs, null when unknown. */
export function secondsLeft(turn: Turn, cellNow: number | null): number | null {
  const limit = turn.welcome?.puzzle?.time_limit_s ?? null;
  const ends = turn.welcome?.turn_ends_ns ?? null;
  if (ends !== null && cellNow !== null) {
    const left = Math.max(0, Number(ends) / 1e9 - cellNow);
    return limit === null ? left : Math.min(left, limit);
  }
  if (limit === null) return null;
  return Math.max(0, limit - (turn.referee?.elapsed_s ?? 0));
}

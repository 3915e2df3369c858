/**
 * Hold-to-run as one state machine.
 *
 * Running is asked for by a clear act (Enter, a click, Start) and lost by any of several things; it never
 * comes back on its own. A hold for a short hiccup of the link does not end it: the cell itself waits there
 * until hands are off.
 */

import type { Cause, Mode } from "../wire";

/** Why the player's page does not ask the arm to run. */
export type Loss = "not_started" | "player" | "focus" | "hidden" | "gamepad" | "link" | "stopped" | "over";

/** `running` is the bit that goes into every Control; `loss` is why it was lost last. */
export interface Run {
  readonly running: boolean;
  readonly loss: Loss;
}

export type RunEvent =
  | { readonly kind: "go" }
  | { readonly kind: "lost"; readonly why: Exclude<Loss, "not_started"> }
  | { readonly kind: "arm"; readonly mode: Mode; readonly cause: Cause };

export const NOT_STARTED: Run = { running: false, loss: "not_started" };

/** The next state. */
export function stepRun(run: Run, event: RunEvent): Run {
  switch (event.kind) {
    case "go":
      return run.running ? run : { running: true, loss: run.loss };
    case "lost":
      return run.running ? { running: false, loss: event.why } : run;
    case "arm":
      return afterArm(run, event.mode, event.cause);
  }
}

function afterArm(run: Run, mode: Mode, cause: Cause): Run {
  if (!run.running) return run;
  if (mode === "latched") return { running: false, loss: "stopped" };
  // Not `turn_over`: the arm still says so of the turn before when this one begins.
  if (mode === "hold" && cause === "operator") return { running: false, loss: "over" };
  return run;
}

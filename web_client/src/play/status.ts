/** Where things stand, as one sentence with a tone. */

import { say } from "../i18n";
import { CAUSE_WORDS, LIMIT_WORDS } from "../i18n/arm";
import { number } from "../i18n/format";
import type { Cause, Slowing } from "../wire";
import type { Figures } from "./figures";
import type { PlaySession } from "./session";
import { t } from "./words";

export type Tone = "quiet" | "drive" | "hold" | "stop";

/** The mode pill's sentence. */
export function modeWords(session: PlaySession): { readonly tone: Tone; readonly text: string } {
  const { state, run, link } = session;
  const figures = session.figures.value;
  if (link.status.value.kind !== "open") return { tone: "hold", text: t("holdingBecause", { why: t("why_link") }) };
  if (state === null) return { tone: "quiet", text: t("idle") };
  if (state.mode === "latched") return { tone: "stop", text: t("stoppedBecause", { why: say(CAUSE_WORDS[state.cause]) }) };
  if (state.posture === "resting") return { tone: "hold", text: t("lowering") };
  if (state.posture === "released") return { tone: "hold", text: run.value.running ? t("waking") : t("released") };
  if (session.phase.value === "ready") return { tone: "quiet", text: t("waitingForYou") };
  if (session.phase.value === "getting_ready") return { tone: "quiet", text: t("gettingReady") };
  if (!run.value.running) return { tone: "hold", text: t("holdingBecause", { why: t(`why_${run.value.loss}`) }) };
  if (session.blind !== null) return { tone: "hold", text: t("holdingBecause", { why: t(`blind_${session.blind}`) }) };
  if (state.mode === "hold" && figures?.handsOn === true) return { tone: "hold", text: t("letGo") };
  if (state.mode === "hold") return { tone: "hold", text: t("holdingBecause", { why: causeWords(state.cause) }) };
  if (state.mode === "idle") return { tone: "quiet", text: t("idle") };
  return { tone: "drive", text: figures?.assisting === true ? t("assisting") : t("driving") };
}

/** A cause as it is said to the player whom it stopped. */
const causeWords = (cause: Cause): string => (cause === "stale_picture" ? t("blind_cell") : say(CAUSE_WORDS[cause]));

/** Speed that is kept away because the player sees late: said before anything else that holds the arm back. */
const URGENT: ReadonlySet<Slowing> = new Set<Slowing>(["picture_old", "camera_old", "state_old"]);

/** What holds the arm back, in words; empty when nothing does. */
export function restraintWords({ slowed, restraint, speedScale }: Pick<Figures, "slowed" | "restraint" | "speedScale">): string {
  if (restraint === null) return "";
  const percent = number(speedScale * 100);
  const late = slowed.find((why) => URGENT.has(why));
  if (late !== undefined) return t("slowedBecause", { percent, why: t(`slow_${late}`) });
  if (restraint !== "slowed") return say(LIMIT_WORDS[restraint]);
  const [why] = slowed;
  return why === undefined ? t("slowed", { percent }) : t("slowedBecause", { percent, why: t(`slow_${why}`) });
}

/** News of a puzzle move, or of what the cell refused; null when there is none. */
export function newsWords(session: PlaySession): string | null {
  const { move, refused, welcome } = session.turn.value;
  const chosen = session.stage.chosen.value;
  if (chosen !== null) {
    const piece = welcome?.puzzle?.pieces.find((one) => one.id === chosen);
    return piece ? t("chosen", { piece: say(piece.name) }) : null;
  }
  if (refused !== null) return say(refused);
  if (move === null) return null;
  return t(`move_${move.status}`, { why: say(move.reason) });
}

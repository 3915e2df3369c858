/** The card over the picture while the player does not drive: what is going on, and what to do. */
import type { JSX } from "preact";
import { say } from "../i18n";
import { CAUSE_WORDS } from "../i18n/arm";
import { Stars } from "../ui/parts";
import type { PlaySession } from "./session";
import { t } from "./words";

/** What the card says; `action` is the one button, if there is something to do. */
interface Card {
  readonly title: string;
  readonly hint: string;
  readonly busy: boolean;
  readonly action: string | null;
}

const byTouch = (): boolean => matchMedia("(pointer: coarse)").matches;

function cardOf(session: PlaySession): Card | null {
  const { link, state } = session;
  const status = link.status.value;
  const phase = session.phase.value;
  if (phase === "over") return null;
  if (status.kind === "refused") return { title: say(status.text), hint: "", busy: false, action: null };
  if (status.kind !== "open") {
    const first = phase === "connecting" && status.kind === "connecting" && status.attempt === 1;
    if (first) return { title: t("connecting"), hint: "", busy: true, action: null };
    const attempt = status.kind === "connecting" ? status.attempt : 0;
    const hint = status.kind === "connecting" && status.text ? say(status.text) : t("reconnectingHint");
    return { title: t("reconnecting", { n: attempt }), hint, busy: true, action: null };
  }
  if (state?.mode === "latched") {
    const hint = t(state.posture === "resting" ? "loweringStoppedHint" : "stoppedHint");
    return { title: t("stoppedBecause", { why: say(CAUSE_WORDS[state.cause]) }), hint, busy: false, action: null };
  }
  if (state?.posture === "resting") return { title: t("lowering"), hint: t("loweringHint"), busy: true, action: null };
  return state?.posture === "released" ? releasedCard(session) : heldCard(session);
}

/** The arm lies without torque: taking up the controls wakes it. */
function releasedCard({ phase, run }: PlaySession): Card {
  if (run.value.running) return { title: t("waking"), hint: "", busy: true, action: null };
  return { title: t("released"), hint: t("releasedHint"), busy: false, action: t(phase.value === "ready" ? "begin" : "resume") };
}

function heldCard({ phase, run }: PlaySession): Card | null {
  if (phase.value === "ready") return { title: t("yours"), hint: t(byTouch() ? "beginHintTouch" : "beginHint"), busy: false, action: t("begin") };
  if (!run.value.running) {
    return { title: t("holdingBecause", { why: t(`why_${run.value.loss}`) }), hint: t(byTouch() ? "resumeHintTouch" : "resumeHint"), busy: false, action: t("resume") };
  }
  if (phase.value === "getting_ready") return { title: t("gettingReady"), hint: t("gettingReadyHint"), busy: true, action: null };
  return null;
}

/** The card, or nothing while the player drives. */
export function Curtain({ session }: { session: PlaySession }): JSX.Element | null {
  void session.figures.value; // the arm's mode is no signal; the figures are read along with it
  const card = cardOf(session);
  if (!card) return null;
  return (
    <div class="curtain">
      <div class="veil">
        {card.busy && (
          <span class="waiting__cubes" aria-hidden="true">
            <i />
            <i />
            <i />
          </span>
        )}
        <h2>{card.title}</h2>
        {card.hint !== "" && <p>{card.hint}</p>}
        {card.action !== null && (
          <button type="button" class="button button--primary veil__go" onClick={() => session.go()}>
            {card.action}
            <kbd>⏎</kbd>
          </button>
        )}
      </div>
    </div>
  );
}

/** The verdict, for the moment before the result page. */
export function Verdict({ session }: { session: PlaySession }): JSX.Element | null {
  const { over } = session.turn.value;
  if (!over) return null;
  return (
    <div class={over.solved ? "curtain curtain--over curtain--solved" : "curtain curtain--over"} role="alert">
      <div class="veil veil--verdict">
        <h2>{over.solved ? t("solved") : t("over")}</h2>
        <p>{say(over.reason)}</p>
        <Stars count={over.stars} animated />
      </div>
    </div>
  );
}

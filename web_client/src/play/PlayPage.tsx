/** `/play/:turn`: the player drives the arm. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { live } from "../api/live";
import { leaveTurn } from "../api/rest";
import { Link, navigate } from "../app/router";
import { Notice, Waiting } from "../ui/parts";
import type { TurnGranted } from "../wire";
import { Curtain, Verdict } from "./Curtain";
import { installHook } from "./hook";
import { Clock, Connection, GoalCard, Gripper, KeyHints, ModePill } from "./Hud";
import "./play.css";
import { PlaySession } from "./session";
import { StageView } from "./StageView";
import { newsWords } from "./status";
import { TouchPads } from "./TouchPads";
import { t } from "./words";

const VERDICT_SHOWN_MS = 2_800;
const TURN_COMES_WITHIN_MS = 4_000;
const HINTS_SHOWN_MS = 14_000;
const NEWS_SHOWN_MS = 5_000;

/** Finds the turn that the address names, and plays it. */
export default function PlayPage({ turnId }: { turnId: string }): JSX.Element {
  const late = useSignal(false);
  const granted = live.turn.value;
  const mine = granted?.turn_id === turnId ? granted : null;
  const kept = useSignal<TurnGranted | null>(null);
  useEffect(() => {
    if (mine !== null && kept.value?.turn_id !== turnId) kept.value = mine; // the turn's end clears live.turn, not this page
  }, [mine, turnId]);
  useEffect(() => {
    const timer = setTimeout(() => {
      late.value = true;
    }, TURN_COMES_WITHIN_MS);
    return () => clearTimeout(timer);
  }, [turnId]);
  if (kept.value !== null) return <Playing key={kept.value.turn_id} granted={kept.value} />;
  if (!late.value) return <Waiting />;
  return (
    <Notice title={t("noTurn")} text={t("noTurnHint")}>
      <Link class="button button--primary" to={{ page: "lobby" }}>
        {t("toLobby")}
      </Link>
      <Link class="button" to={{ page: "result", turnId }}>
        {t("toResult")}
      </Link>
    </Notice>
  );
}

/** Goes on to the result once the verdict was shown, or the hub has it. */
function useEnding(session: PlaySession): void {
  const { turn_id: turnId } = session.granted;
  const over = session.phase.value === "over";
  const kept = live.result.value?.turn_id === turnId;
  useEffect(() => {
    if (!over && !kept) return undefined;
    const timer = setTimeout(() => navigate({ page: "result", turnId }, true), VERDICT_SHOWN_MS);
    return () => clearTimeout(timer);
  }, [over, kept]);
}

/** Lets the key hints go a while after driving began; they come back with H. */
function useFadingHints(session: PlaySession): void {
  const running = session.run.value.running && session.phase.value === "playing";
  useEffect(() => {
    if (!running) return undefined;
    const timer = setTimeout(() => {
      session.helpShown.value = false;
    }, HINTS_SHOWN_MS);
    return () => clearTimeout(timer);
  }, [running]);
}

function Playing({ granted }: { granted: TurnGranted }): JSX.Element {
  const session = useMemo(() => new PlaySession(granted), [granted.turn_id]);
  const leaving = useSignal(false);
  useEffect(() => {
    session.start();
    const uninstall = installHook(session);
    return () => {
      uninstall();
      session.close();
    };
  }, [session]);
  useEnding(session);
  useFadingHints(session);
  const running = session.run.value.running;
  useEffect(() => {
    if (running) leaving.value = false;
  }, [running]);
  return (
    <div class={running ? "play" : "play play--still"} onClick={releaseFocus}>
      <StageView session={session} />
      <div class="play__top">
        <GoalCard session={session} />
        <Clock session={session} />
        <div class="play__corner">
          <Connection session={session} />
          <button type="button" class="chip chip--quiet" title={t("leaveTitle")} onClick={() => askToLeave(session, leaving)}>
            {t("leave")}
          </button>
        </div>
      </div>
      {leaving.value ? <LeaveCard session={session} onClose={() => (leaving.value = false)} /> : <Curtain session={session} />}
      <News session={session} />
      <div class="play__bottom">
        <div class="play__safety">
          <ModePill session={session} />
          <div class="play__buttons">
            <StopButton session={session} />
            <button type="button" class="chip" title={t("pauseTitle")} disabled={!running} onClick={() => session.act("stop_motion")}>
              {t("pause")}
            </button>
            <Gripper session={session} />
            <button
              type="button"
              class="chip chip--quiet chip--help"
              title={t("help")}
              aria-label={t("help")}
              aria-expanded={session.helpShown.value}
              onClick={() => session.act("help")}
            >
              ?
            </button>
          </div>
        </div>
        <KeyHints session={session} />
      </div>
      <TouchPads session={session} />
      <Verdict session={session} />
    </div>
  );
}

/** A button that was clicked must not take Space and Enter away from the game. */
function releaseFocus(event: MouseEvent): void {
  const { activeElement } = document;
  if (event.detail > 0 && activeElement instanceof HTMLElement && activeElement.closest("[role=alertdialog]") === null) activeElement.blur();
}

function askToLeave(session: PlaySession, leaving: { value: boolean }): void {
  session.lose("player");
  leaving.value = true;
}

function StopButton({ session }: { session: PlaySession }): JSX.Element {
  return (
    <button type="button" class="chip chip--stop" title={t("stopTitle")} onClick={() => session.stop()}>
      <i aria-hidden="true" />
      {t("stop")}
    </button>
  );
}

/** Short news of moves and refusals; a stop that could not be sent stays. */
function News({ session }: { session: PlaySession }): JSX.Element {
  const shown = useSignal("");
  const text = newsWords(session) ?? "";
  const { move, refused } = session.turn.value;
  useEffect(() => {
    shown.value = text;
    if (session.stage.chosen.value !== null) return undefined;
    const timer = setTimeout(() => {
      shown.value = "";
    }, NEWS_SHOWN_MS);
    return () => clearTimeout(timer);
  }, [text, move, refused]);
  const words = session.stopUnsent.value ? t("stopNotSent") : shown.value;
  return (
    <div class="news" role="status" aria-live="polite">
      {words !== "" && <p>{words}</p>}
    </div>
  );
}

/** Asks before the turn is given back. No modal dialog: Stop stays within reach. */
function LeaveCard({ session, onClose }: { session: PlaySession; onClose: () => void }): JSX.Element {
  const stay = useRef<HTMLButtonElement>(null);
  useEffect(() => stay.current?.focus(), []);
  const leave = (): void => {
    session.giveBack();
    leaveTurn().catch(() => undefined); // the cell has heard it as well
    onClose();
  };
  return (
    <div class="curtain" role="alertdialog" aria-label={t("leaveTitle")} onKeyDown={(event) => event.key === "Escape" && onClose()}>
      <div class="veil">
        <h2>{t("leaveTitle")}</h2>
        <p>{t("leaveAsk")}</p>
        <div class="veil__choice">
          <button type="button" class="button" onClick={leave}>
            {t("leaveYes")}
          </button>
          <button ref={stay} type="button" class="button button--primary" onClick={onClose}>
            {t("leaveNo")}
          </button>
        </div>
      </div>
    </div>
  );
}

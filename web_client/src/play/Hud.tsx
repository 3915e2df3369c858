/** What lies around the picture: goal, time, connection, mode, buttons, keys. */
import type { ComponentChildren, JSX } from "preact";
import { say } from "../i18n";
import { number, stopwatch } from "../i18n/format";
import { viewAxes } from "../predict/camera";
import type { PieceSeen, PuzzleInfo } from "../wire";
import type { Figures } from "./figures";
import { GoalPicture } from "./GoalPicture";
import type { PlaySession } from "./session";
import { modeWords, restraintWords } from "./status";
import { GripIcon } from "./TouchPads";
import { t, type WordKey } from "./words";

const FEW_SECONDS = 20;

/** The goal's drawing with the prompt. */
export function GoalCard({ session }: { session: PlaySession }): JSX.Element | null {
  const { welcome, referee } = session.turn.value;
  const puzzle = welcome?.puzzle;
  const [camera] = session.cameras.value;
  if (!puzzle || !camera) return null;
  const placed = inPlace(puzzle, referee?.pieces ?? []);
  return (
    <section class="goalcard" aria-label={t("goal")}>
      <GoalPicture puzzle={puzzle} axes={viewAxes(camera.rotation)} placed={placed} label={say(puzzle.prompt)} />
      <div class="goalcard__words">
        <h1>{say(puzzle.title)}</h1>
        <p>{say(puzzle.prompt)}</p>
      </div>
    </section>
  );
}

/** The pieces that lie where the goal wants them, on the right level. */
function inPlace(puzzle: PuzzleInfo, seen: readonly PieceSeen[]): ReadonlySet<string> {
  const size = new Map(puzzle.pieces.map((piece) => [piece.id, piece.size_m]));
  const fits = (piece: PieceSeen): boolean =>
    puzzle.goal.some(
      (goal) =>
        goal.piece === piece.piece && goal.slot === piece.slot && goal.level === Math.floor(piece.z_m / (size.get(piece.piece) ?? 1)),
    );
  return new Set(seen.filter((piece) => piece.placed && fits(piece)).map((piece) => piece.piece));
}

/** Time left and how many places are filled. */
export function Clock({ session }: { session: PlaySession }): JSX.Element {
  const left = session.figures.value?.secondsLeft ?? null;
  const { referee, welcome } = session.turn.value;
  const wanted = referee?.wanted ?? welcome?.puzzle?.goal.length ?? 0;
  const filled = referee?.filled ?? 0;
  const urgent = left !== null && left < FEW_SECONDS && session.phase.value === "playing";
  return (
    <div class={urgent ? "clock clock--urgent" : "clock"}>
      <span class="clock__time number" role="timer" aria-label={t("timeLeft")}>
        {left === null ? "–:––" : stopwatch(Math.ceil(left * 10) / 10).replace(/\.\d$/, "")}
      </span>
      <span class="clock__pips" role="img" aria-label={t("progress", { filled, wanted })}>
        {Array.from({ length: wanted }, (_, at) => (
          <i key={at} class={at < filled ? "on" : ""} />
        ))}
      </span>
    </div>
  );
}

const shownNumber = (value: number | null, digits = 0): string => (value === null ? "–" : number(value, digits));

/** The figure that the word is for; the round trip while nothing is wrong. */
function telling({ connection, roundTripMs, jitterMs, loss, pictureMs }: Figures): string {
  if (connection.because === "picture" && pictureMs !== null) return t("pictureAge", { ms: number(pictureMs) });
  if (connection.because === "jitter" && jitterMs !== null) return t("jitter", { ms: number(jitterMs) });
  if (connection.because === "loss" && loss !== null) return t("lost", { percent: number(loss * 100) });
  if (connection.because === "unseen") return t("pictureUnseen");
  return roundTripMs === null ? "" : t("roundTrip", { ms: number(roundTripMs) });
}

/** The connection in a word, the figure that it is for beside it. */
export function Connection({ session }: { session: PlaySession }): JSX.Element | null {
  const figures = session.figures.value;
  if (!figures) return null;
  const { roundTripMs, jitterMs, loss, pictureMs } = figures;
  const { quality } = figures.connection;
  const all = t("linkFigures", {
    trip: shownNumber(roundTripMs),
    jitter: shownNumber(jitterMs),
    percent: shownNumber(loss === null ? null : loss * 100, 1),
    picture: shownNumber(pictureMs),
  });
  const bars = { lost: 0, stalled: 0, measuring: 1, poor: 1, slow: 2, fair: 3, good: 4 }[quality];
  return (
    <div class={`link link--${quality}`} title={all}>
      <span class="link__bars" aria-hidden="true">
        {[1, 2, 3, 4].map((bar) => (
          <i key={bar} class={bar <= bars ? "on" : ""} />
        ))}
      </span>
      <span class="unseen">{t("connection")}</span>
      <span class="link__word">{t(`quality_${quality}`)}</span>
      <span class="link__ms number">{telling(figures)}</span>
    </div>
  );
}

/** Mode and cause in words, and what holds the arm back. */
export function ModePill({ session }: { session: PlaySession }): JSX.Element {
  const figures = session.figures.value;
  const { tone, text } = modeWords(session);
  const restraint = figures && figures.mode === "play" ? restraintWords(figures) : "";
  return (
    <div class={`modepill modepill--${tone}`}>
      <i class="modepill__dot" aria-hidden="true" />
      <span role="status" aria-live="polite" class="modepill__text">
        {text}
      </span>
      <span role="status" aria-live="polite" class="modepill__limit">
        {restraint}
      </span>
    </div>
  );
}

/** The gripper's state; a button as well. */
export function Gripper({ session }: { session: PlaySession }): JSX.Element {
  const open = session.figures.value?.gripperOpen ?? false;
  return (
    <button type="button" class="chip" onClick={() => session.act("gripper")} aria-pressed={open}>
      <GripIcon open={open} />
      <span>{open ? t("gripperOpen") : t("gripperShut")}</span>
    </button>
  );
}

function Key({ children }: { children: ComponentChildren }): JSX.Element {
  return <kbd>{children}</kbd>;
}

/** The keys in one line; fades while the player drives, comes back with H. */
export function KeyHints({ session }: { session: PlaySession }): JSX.Element {
  const gamepad = session.figures.value?.gamepad ?? null;
  const hints: readonly [readonly string[], WordKey][] = [
    [["W", "A", "S", "D"], "keyMove"],
    [["Q", "E"], "keyHeight"],
    [["R", "F"], "keyTilt"],
    [["Z", "C"], "keyTurn"],
    [["␣"], "keyGripper"],
    [["⇧"], "keyFine"],
    [["V"], "keyCamera"],
    [["Esc"], "keyPause"],
  ];
  // Who has chosen a piece looks for a ring: nothing lies over it then.
  const shown = session.helpShown.value && session.stage.chosen.value === null;
  return (
    <div class={shown ? "hints" : "hints hints--gone"} aria-hidden={!shown}>
      {gamepad !== null ? (
        <p class="hints__pad">{t("padMove")}</p>
      ) : (
        <ul>
          {hints.map(([keys, word]) => (
            <li key={word}>
              {keys.map((key) => (
                <Key key={key}>{key}</Key>
              ))}
              <span>{t(word)}</span>
            </li>
          ))}
          <li>
            <i class="hints__tick">✓</i>
            <span>{t("arrivedMark")}</span>
          </li>
        </ul>
      )}
      <p class="hints__mouse">{t("mouse")}</p>
    </div>
  );
}

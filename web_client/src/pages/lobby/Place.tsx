/** The player's place in the queue, large, with the expected wait. */
import type { JSX } from "preact";
import { Link } from "../../app/router";
import { has } from "../../app/session";
import { say } from "../../i18n";
import { duration } from "../../i18n/format";
import { PuzzlePicture } from "../../ui/PuzzlePicture";
import type { CellCard, PuzzleCard, QueuePlace } from "../../wire";
import { drivable } from "./CellState";
import { leave } from "./join";
import { t } from "./words";

const UNKNOWN_WAIT_S = 86_400;
const SOON_S = 5;

/** Waiting times are guesses: to ten seconds, beyond two minutes to whole ones. */
function rounded(seconds: number): number {
  const step = seconds > 120 ? 60 : 10;
  return Math.max(1, Math.round(seconds / step)) * step;
}

function waitWords(seconds: number, cell: CellCard | undefined): string {
  if (cell?.online === false) return t("waitOffline");
  if (cell?.mode === "latched") return t("waitStopped");
  if (cell !== undefined && cell.posture !== "held") return t("waitAtRest");
  if (seconds >= UNKNOWN_WAIT_S) return t("etaUnknown");
  return seconds < SOON_S ? t("etaSoon") : t("eta", { time: duration(rounded(seconds)) });
}

function positionWords(position: number): string {
  if (position === 0) return t("granted");
  return position === 1 ? t("next") : t("position", { n: position });
}

type PlaceProps = { place: QueuePlace; puzzles: readonly PuzzleCard[]; cell: CellCard | undefined };

/** Shown instead of the greeting while the player waits. */
export function Place({ place, puzzles, cell }: PlaceProps): JSX.Element {
  const puzzle = puzzles.find((card) => card.puzzle.id === place.puzzle_id)?.puzzle;
  return (
    <div class="place">
      <p class="place__label">{t("place")}</p>
      <div role="status">
        <h1 class="place__position">{positionWords(place.position)}</h1>
        <p class="place__wait">{place.position > 0 && waitWords(place.wait_s, cell)}</p>
      </div>
      {cell !== undefined && cell.online && !drivable(cell) && has("operator") && (
        <Link class="button" to={{ page: "operate", cellId: cell.cell_id }}>
          {t(cell.mode === "latched" ? "resetArm" : "wakeArm")}
        </Link>
      )}
      <div class="place__line" aria-hidden="true">
        {Array.from({ length: Math.min(place.length, 12) }, (_, index) => (
          <i key={index} class={index + 1 === place.position ? "me" : ""} />
        ))}
      </div>
      {puzzle !== undefined && (
        <div class="place__puzzle">
          <PuzzlePicture puzzle={puzzle} show="goal" label="" />
          <div>
            <strong>{say(puzzle.title)}</strong>
            <p class="soft">{say(puzzle.prompt)}</p>
          </div>
        </div>
      )}
      <p class="soft">{t("keepOpen")}</p>
      {cell?.online === true && place.position > 0 && (
        <Link class="button button--quiet place__leave" to={{ page: "check", cellId: cell.cell_id, puzzleId: null }}>
          {t("check")}
        </Link>
      )}
      <button type="button" class="button button--quiet place__leave" onClick={() => void leave()}>
        {t("leave")}
      </button>
    </div>
  );
}

/** One puzzle as a card: its goal drawn, how hard it is, the score to beat, and the way into the queue. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { say } from "../../i18n";
import { duration, number } from "../../i18n/format";
import { Difficulty } from "../../ui/parts";
import { PuzzlePicture } from "../../ui/PuzzlePicture";
import type { CellCard, PuzzleCard } from "../../wire";
import { drivable } from "./CellState";
import { join, joining, place } from "./join";
import { t } from "./words";

function JoinButton({ card, cell }: { card: PuzzleCard; cell: CellCard | null }): JSX.Element {
  const mine = place.value?.puzzle_id === card.puzzle.id;
  const offered = cell !== null && card.cell_ids.includes(cell.cell_id);
  const free = cell !== null && drivable(cell) && cell.queue_length === 0 && cell.turn_id === null;
  const label = mine ? t("inLine") : !offered ? t("elsewhere") : free ? t("join") : t("queue");
  const blocked = !offered || !cell.online || place.value !== null || joining.value;
  return (
    <button
      type="button"
      class="button button--primary"
      disabled={blocked}
      aria-label={`${label}: ${say(card.puzzle.title)}`}
      onClick={() => {
        if (cell !== null) void join(cell.cell_id, card.puzzle.id);
      }}
    >
      {label}
    </button>
  );
}

/** The cubes go back to where they start and come over again while the card is pointed at. */
export function PuzzleTile({ card, cell }: { card: PuzzleCard; cell: CellCard | null }): JSX.Element {
  const { puzzle } = card;
  const show = useSignal<"start" | "goal">("goal");
  const replay = (): void => {
    show.value = "start";
    setTimeout(() => {
      show.value = "goal";
    }, 700);
  };
  return (
    <article class="card tile" onPointerEnter={replay} data-puzzle={puzzle.id}>
      <PuzzlePicture puzzle={puzzle} show={show.value} label={t("goal", { prompt: say(puzzle.prompt) })} />
      <div class="tile__body">
        <div class="tile__head">
          <h3>{say(puzzle.title)}</h3>
          <Difficulty level={puzzle.difficulty} />
        </div>
        <p class="soft">{say(puzzle.prompt)}</p>
        <p class="faint">
          {t("limit", { time: duration(puzzle.time_limit_s) })} · {t("plays", { n: number(card.plays) })}
        </p>
        <div class="tile__foot">
          {card.best_score === null ? (
            <span class="faint">{t("noBest")}</span>
          ) : (
            <span class="tile__best">
              <small>{t("best")}</small>
              <b class="number">{number(card.best_score)}</b>
            </span>
          )}
          <JoinButton card={card} cell={cell} />
        </div>
      </div>
    </article>
  );
}

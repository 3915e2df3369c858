/** The first page: live arms, puzzles, the queue, the leaderboard. */
import { useSignal, type Signal } from "@preact/signals";
import type { JSX } from "preact";
import { live } from "../../api/live";
import { getPuzzles } from "../../api/rest";
import { Link } from "../../app/router";
import { say } from "../../i18n";
import { Leaderboard } from "../../ui/Leaderboard";
import { CellView } from "../../ui/CellView";
import { Badge, Waiting } from "../../ui/parts";
import { useLoaded } from "../../ui/useLoaded";
import type { CellCard, PuzzleCard } from "../../wire";
import { CellState, drivable } from "./CellState";
import { place } from "./join";
import { Place } from "./Place";
import { PuzzleTile } from "./PuzzleTile";
import { t } from "./words";
import "./lobby.css";

/** The arm that the page shows large: the chosen one, else one that can be played, else any. */
export function mainCell(cells: readonly CellCard[], chosen: string | null): CellCard | null {
  return cells.find((cell) => cell.cell_id === chosen) ?? cells.find(drivable) ?? cells[0] ?? null;
}

function Stage({ cell }: { cell: CellCard }): JSX.Element {
  return (
    <figure class="stage">
      <CellView cell={cell} />
      <div class="stage__top">
        {cell.online && live.connected.value && (
          <span class="stage__live">
            <i aria-hidden="true" />
            {t("live")}
          </span>
        )}
        <Badge>{cell.source === "sim" ? t("sim") : t("real")}</Badge>
      </div>
      <figcaption class="stage__foot">
        <strong>{say(cell.name)}</strong>
        <CellState cell={cell} />
      </figcaption>
    </figure>
  );
}

function CellPicker({ cells, main, chosen }: { cells: readonly CellCard[]; main: CellCard; chosen: Signal<string | null> }): JSX.Element | null {
  if (cells.length < 2) return null;
  return (
    <div class="picker" role="group" aria-label={t("cells")}>
      {cells.map((cell) => (
        <button
          key={cell.cell_id}
          type="button"
          class="picker__cell"
          aria-pressed={cell.cell_id === main.cell_id}
          onClick={() => {
            chosen.value = cell.cell_id;
          }}
        >
          <CellView cell={cell} />
          <span>{say(cell.name)}</span>
        </button>
      ))}
    </div>
  );
}

function Pitch({ main }: { main: CellCard | null }): JSX.Element {
  return (
    <div class="pitch">
      <h1 class="pitch__title">{t("title")}</h1>
      <p class="pitch__lead">{t("lead")}</p>
      <ol class="pitch__steps" aria-label={t("howTitle")}>
        <li>{t("how1")}</li>
        <li>{t("how2")}</li>
        <li>{t("how3")}</li>
      </ol>
      {main !== null && (
        <div class="pitch__ways">
          <a class="button button--primary button--big pitch__go" href="#puzzles">
            {t("play")}
          </a>
          {main.online && (
            <Link class="button button--quiet button--big pitch__go" to={{ page: "check", cellId: main.cell_id, puzzleId: null }}>
              {t("check")}
            </Link>
          )}
        </div>
      )}
    </div>
  );
}

function NoCells(): JSX.Element {
  return (
    <div class="stage stage--empty" role="status">
      <strong>{t("noCells")}</strong>
      <p>{t("noCellsText")}</p>
    </div>
  );
}

function Puzzles({ cards, main }: { cards: readonly PuzzleCard[] | null; main: CellCard | null }): JSX.Element {
  return (
    <section class="section" id="puzzles">
      <h2>{t("puzzles")}</h2>
      {cards === null ? (
        <Waiting />
      ) : cards.length === 0 ? (
        <p class="soft">{t("noPuzzles")}</p>
      ) : (
        <div class="tiles">
          {cards.map((card) => (
            <PuzzleTile key={card.puzzle.id} card={card} cell={main} />
          ))}
        </div>
      )}
    </section>
  );
}

/** The lobby. */
export function Lobby(): JSX.Element {
  const chosen = useSignal<string | null>(null);
  const cells = live.lobby.value?.cells ?? [];
  const offered = cells.map((cell) => cell.cell_id).join();
  const puzzles = useLoaded(getPuzzles, [offered, live.connected.value, live.result.value?.turn_id]);
  const main = mainCell(cells, place.value?.cell_id ?? chosen.value);
  const waitingFor = cells.find((cell) => cell.cell_id === place.value?.cell_id);
  return (
    <>
      <section class="hero">
        {place.value === null ? <Pitch main={main} /> : <Place place={place.value} puzzles={puzzles.value ?? []} cell={waitingFor} />}
        <div class="hero__stage">
          {live.lobby.value === null ? <div class="stage stage--empty" /> : main === null ? <NoCells /> : <Stage cell={main} />}
          {main !== null && <CellPicker cells={cells} main={main} chosen={chosen} />}
        </div>
      </section>
      <Puzzles cards={puzzles.value} main={main} />
      {puzzles.value !== null && puzzles.value.length > 0 && <Leaderboard puzzles={puzzles.value.map((card) => card.puzzle)} />}
    </>
  );
}

/** The best turns per puzzle, as a table with one tab per puzzle. */
import { useSignal, type Signal } from "@preact/signals";
import type { JSX } from "preact";
import { live } from "../api/live";
import { getLeaderboard } from "../api/rest";
import { me } from "../app/session";
import { say, words } from "../i18n";
import { number, stopwatch } from "../i18n/format";
import type { PuzzleInfo, Result } from "../wire";
import { Stars } from "./parts";
import { useLoaded } from "./useLoaded";
import "./leaderboard.css";

const SHOWN = 10;
const t = words(
  {
    title: "Leaderboard",
    empty: "Nobody has solved this one yet. The top of this table is free.",
    failed: "The leaderboard could not be loaded. It is tried again with the next result.",
    rank: "Rank",
    player: "Player",
    stars: "Stars",
    score: "Score",
    time: "Time",
    moves: "Moves",
    you: "you",
  },
  {
    title: "排行榜",
    empty: "还没有人解开它，榜首虚位以待。",
    failed: "排行榜加载失败，下次有成绩时会重试。",
    rank: "名次",
    player: "玩家",
    stars: "星级",
    score: "得分",
    time: "用时",
    moves: "步数",
    you: "你",
  },
);

function Row({ row, rank, marked }: { row: Result; rank: number; marked: boolean }): JSX.Element {
  return (
    <tr class={marked ? "board__row board__row--me" : "board__row"}>
      <td class="number board__rank">{rank}</td>
      <th scope="row">
        {row.pseudonym}
        {marked && <small>{t("you")}</small>}
      </th>
      <td class="board__stars">
        <Stars count={row.stars} />
      </td>
      <td class="number board__score">{number(row.score)}</td>
      <td class="number">{stopwatch(row.time_s)}</td>
      <td class="number board__moves">{number(row.moves)}</td>
    </tr>
  );
}

function Table({ rows, turnId }: { rows: readonly Result[]; turnId: string | undefined }): JSX.Element {
  const mine = me.value?.pseudonym;
  return (
    <table class="board__table">
      <thead>
        <tr>
          <th scope="col">{t("rank")}</th>
          <th scope="col">{t("player")}</th>
          <th scope="col" class="board__stars">
            {t("stars")}
          </th>
          <th scope="col">{t("score")}</th>
          <th scope="col">{t("time")}</th>
          <th scope="col" class="board__moves">
            {t("moves")}
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.slice(0, SHOWN).map((row, index) => (
          <Row
            key={row.turn_id}
            row={row}
            rank={row.rank ?? index + 1}
            marked={row.turn_id === turnId || (turnId === undefined && row.pseudonym === mine)}
          />
        ))}
      </tbody>
    </table>
  );
}

function Tabs({ puzzles, chosen }: { puzzles: readonly PuzzleInfo[]; chosen: Signal<string> }): JSX.Element {
  return (
    <div class="tabs" role="group" aria-label={t("title")}>
      {puzzles.map((puzzle) => (
        <button
          key={puzzle.id}
          type="button"
          aria-pressed={puzzle.id === chosen.value}
          onClick={() => {
            chosen.value = puzzle.id;
          }}
        >
          {say(puzzle.title)}
        </button>
      ))}
    </div>
  );
}

function Rows({ puzzleId, turnId }: { puzzleId: string; turnId: string | undefined }): JSX.Element {
  const rows = useLoaded(() => getLeaderboard(puzzleId), [live.result.value?.turn_id]);
  if (rows.value === null) return <p class="board__words">{rows.trouble === "" ? "…" : t("failed")}</p>;
  if (rows.value.length === 0) return <p class="board__words">{t("empty")}</p>;
  return <Table rows={rows.value} turnId={turnId} />;
}

type BoardProps = {
  puzzles: readonly PuzzleInfo[];
  /** The tab to open first. */
  first?: string;
  /** The turn to mark; without one, the player's own rows are. */
  turnId?: string;
};

/** Loads itself, and again whenever a result arrives. */
export function Leaderboard({ puzzles, first, turnId }: BoardProps): JSX.Element {
  const chosen = useSignal(first ?? puzzles[0]?.id ?? "");
  return (
    <section class="section board">
      <div class="board__head">
        <h2>{t("title")}</h2>
        <Tabs puzzles={puzzles} chosen={chosen} />
      </div>
      <div class="card board__card">
        <Rows key={chosen.value} puzzleId={chosen.value} turnId={turnId} />
      </div>
    </section>
  );
}

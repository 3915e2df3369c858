/** How a turn ended: verdict with its reason, stars, figures, the replay, and the way back into the game. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { live } from "../../api/live";
import { getPuzzles, getResult, Trouble, wordsFor } from "../../api/rest";
import { Link } from "../../app/router";
import { me } from "../../app/session";
import { say } from "../../i18n";
import { number, stopwatch } from "../../i18n/format";
import { Leaderboard } from "../../ui/Leaderboard";
import { Notice, Stars, Waiting } from "../../ui/parts";
import { useLoaded } from "../../ui/useLoaded";
import type { Result as TurnResult } from "../../wire";
import { join } from "../lobby/join";
import { Replay } from "./Replay";
import { t } from "./words";
import "./result.css";

const AGAIN_MS = 2_000;
const TRIES = 20;
const PARTY = ["#5fe3c0", "#ffd166", "#e5484d", "#3b82f6", "#f0b429", "#b3c0c7"];

function Party(): JSX.Element {
  return (
    <div class="party" aria-hidden="true">
      {Array.from({ length: 28 }, (_, index) => (
        <i
          key={index}
          style={{
            background: PARTY[index % PARTY.length],
            left: `${(index * 37) % 100}%`,
            animationDelay: `${0.25 + ((index * 13) % 17) * 0.05}s`,
            animationDuration: `${1.7 + ((index * 7) % 10) * 0.12}s`,
          }}
        />
      ))}
    </div>
  );
}

function Figure({ label, value, hot = false }: { label: string; value: string; hot?: boolean }): JSX.Element {
  return (
    <div class={hot ? "figure figure--hot" : "figure"}>
      <dt>{label}</dt>
      <dd class="number">{value}</dd>
    </div>
  );
}

function Figures({ result }: { result: TurnResult }): JSX.Element {
  return (
    <dl class="figures">
      <Figure label={t("score")} value={number(result.score)} hot />
      <Figure label={t("time")} value={stopwatch(result.time_s)} />
      <Figure label={t("moves")} value={number(result.moves)} />
      <Figure label={t("rank")} value={result.rank === null ? "–" : t("rankValue", { n: result.rank })} />
    </dl>
  );
}

function Verdict({ result }: { result: TurnResult }): JSX.Element {
  const again = (): void => void join(result.cell_id, result.puzzle_id);
  return (
    <section class={result.solved ? "verdict verdict--solved" : "verdict"}>
      {result.solved && <Party />}
      <p class="verdict__puzzle">
        {say(result.puzzle_title)} · {result.pseudonym}
      </p>
      <h1 class="verdict__word">{result.solved ? t("solved") : t("unsolved")}</h1>
      <Stars count={result.stars} animated />
      <p class="verdict__reason">{say(result.reason)}</p>
      <Figures result={result} />
      <div class="verdict__actions">
        <Link class="button button--quiet" to={{ page: "lobby" }}>
          {t("lobby")}
        </Link>
        <button type="button" class="button button--primary button--big" onClick={again}>
          {t("again")}
        </button>
      </div>
    </section>
  );
}

function useResult(turnId: string): { result: TurnResult | null; trouble: string } {
  const found = useSignal<TurnResult | null>(null);
  const trouble = useSignal("");
  const news = live.result.value;
  const own = news?.turn_id === turnId ? news : null;
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = (left: number): void => {
      getResult(turnId).then(
        (result) => {
          found.value = result;
        },
        (error: unknown) => {
          const early = error instanceof Trouble && (error.status === 404 || error.status === 0);
          if (early && left > 0) timer = setTimeout(() => ask(left - 1), AGAIN_MS);
          else trouble.value = wordsFor(error);
        },
      );
    };
    ask(TRIES);
    return () => clearTimeout(timer);
  }, [turnId, own !== null]);
  return { result: found.value ?? own, trouble: trouble.value };
}

/** The result page; it waits for the referee's word when it comes before it. */
export default function Result({ turnId }: { turnId: string }): JSX.Element {
  const { result, trouble } = useResult(turnId);
  const cards = useLoaded(getPuzzles, []).value ?? []; // without them the leaderboard is left out
  if (result === null && trouble !== "") {
    return (
      <Notice title={t("missing")} text={trouble}>
        <Link class="button button--primary" to={{ page: "lobby" }}>
          {t("lobby")}
        </Link>
      </Notice>
    );
  }
  if (result === null) return <Waiting words={t("judging")} />;
  const own = me.value?.pseudonym === result.pseudonym || me.value?.roles.includes("researcher") === true;
  return (
    <>
      <div class={result.episode_id !== null && own ? "result result--two" : "result"}>
        <Verdict result={result} />
        {result.episode_id !== null && own && <Replay episodeId={result.episode_id} />}
      </div>
      {cards.length > 0 && <Leaderboard puzzles={cards.map((card) => card.puzzle)} first={result.puzzle_id} turnId={turnId} />}
    </>
  );
}

/** The researcher's list of episodes. */
import { useSignal, type Signal } from "@preact/signals";
import type { JSX } from "preact";
import { getEpisodes } from "../../api/rest";
import { RoleGate } from "../../app/RoleGate";
import { Link } from "../../app/router";
import { say } from "../../i18n";
import { bytes, moment, number, stopwatch } from "../../i18n/format";
import { Badge, Notice, Waiting } from "../../ui/parts";
import { useLoaded } from "../../ui/useLoaded";
import type { EpisodeCard } from "../../wire";
import { EVERYTHING, matching, puzzlesIn, type Filter, type Verdict } from "./filter";
import { t } from "./words";
import "./episodes.css";

const PAGE_ROWS = 100;

function Filters({ episodes, filter }: { episodes: readonly EpisodeCard[]; filter: Signal<Filter> }): JSX.Element {
  const set = (part: Partial<Filter>): void => {
    filter.value = { ...filter.value, ...part };
  };
  return (
    <form class="filters" role="search" onSubmit={(event) => event.preventDefault()}>
      <label class="field">
        <span>{t("puzzle")}</span>
        <select value={filter.value.puzzleId} onChange={(event) => set({ puzzleId: event.currentTarget.value })}>
          <option value="">{t("anyPuzzle")}</option>
          {puzzlesIn(episodes).map(({ id, title }) => (
            <option key={id} value={id}>
              {say(title)}
            </option>
          ))}
        </select>
      </label>
      <label class="field">
        <span>{t("verdict")}</span>
        <select
          value={filter.value.verdict}
          onChange={(event) => set({ verdict: event.currentTarget.value as Verdict })}
        >
          <option value="any">{t("anyVerdict")}</option>
          <option value="solved">{t("solved")}</option>
          <option value="unsolved">{t("unsolved")}</option>
        </select>
      </label>
      <label class="field">
        <span>{t("player")}</span>
        <input
          type="search"
          placeholder={t("playerFilter")}
          value={filter.value.player}
          onInput={(event) => set({ player: event.currentTarget.value })}
        />
      </label>
    </form>
  );
}

function Row({ episode }: { episode: EpisodeCard }): JSX.Element {
  return (
    <tr>
      <th scope="row">
        <Link to={{ page: "episode", episodeId: episode.episode_id }}>{moment(episode.started_utc_ns)}</Link>
      </th>
      <td>{say(episode.puzzle_title)}</td>
      <td class="episodes__player">{episode.pseudonym}</td>
      <td>
        <Badge tone={episode.solved ? "good" : "plain"}>{episode.solved ? t("solved") : t("unsolved")}</Badge>
      </td>
      <td class="number">{stopwatch(episode.duration_s)}</td>
      <td class="episodes__extra">{t(episode.source)}</td>
      <td class="number episodes__extra">{bytes(episode.bytes)}</td>
    </tr>
  );
}

function Table({ rows }: { rows: readonly EpisodeCard[] }): JSX.Element {
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">{t("when")}</th>
          <th scope="col">{t("puzzle")}</th>
          <th scope="col">{t("player")}</th>
          <th scope="col">{t("verdict")}</th>
          <th scope="col">{t("duration")}</th>
          <th scope="col" class="episodes__extra">
            {t("source")}
          </th>
          <th scope="col" class="episodes__extra">
            {t("size")}
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((episode) => (
          <Row key={episode.episode_id} episode={episode} />
        ))}
      </tbody>
    </table>
  );
}

function Found({ episodes }: { episodes: readonly EpisodeCard[] }): JSX.Element {
  const filter = useSignal<Filter>(EVERYTHING);
  const limit = useSignal(PAGE_ROWS);
  const found = matching(episodes, filter.value);
  const clear = (): void => {
    filter.value = EVERYTHING;
  };
  return (
    <>
      <Filters episodes={episodes} filter={filter} />
      <p class="faint number" role="status">
        {t("count", { n: number(found.length), all: number(episodes.length) })}
      </p>
      {found.length === 0 ? (
        <Notice title={t("noMatch")} text="">
          <button type="button" class="button" onClick={clear}>
            {t("clear")}
          </button>
        </Notice>
      ) : (
        <div class="card episodes">
          <Table rows={found.slice(0, limit.value)} />
        </div>
      )}
      {found.length > limit.value && (
        <button
          type="button"
          class="button"
          onClick={() => {
            limit.value += PAGE_ROWS;
          }}
        >
          {t("more", { n: Math.min(PAGE_ROWS, found.length - limit.value) })}
        </button>
      )}
    </>
  );
}

function List(): JSX.Element {
  const episodes = useLoaded(() => getEpisodes(""), []);
  if (episodes.trouble !== "") {
    return (
      <Notice title={t("failed")} text={episodes.trouble}>
        <button type="button" class="button" onClick={episodes.again}>
          {t("again")}
        </button>
      </Notice>
    );
  }
  if (episodes.value === null) return <Waiting />;
  if (episodes.value.length === 0) return <Notice title={t("none")} text={t("noneText")} />;
  return (
    <>
      <h1>{t("episodes")}</h1>
      <p class="soft">{t("lead")}</p>
      <Found episodes={episodes.value} />
    </>
  );
}

/** The list page. */
export default function Episodes(): JSX.Element {
  return (
    <RoleGate role="researcher">
      <List />
    </RoleGate>
  );
}

/** The researcher's list of episodes: searched by the hub, the search standing in the address. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { searchEpisodes } from "../../api/rest";
import { RoleGate } from "../../app/RoleGate";
import { Link } from "../../app/router";
import { say } from "../../i18n";
import { bytes, moment, number, stopwatch } from "../../i18n/format";
import { Badge, Notice, Waiting } from "../../ui/parts";
import { useLoaded } from "../../ui/useLoaded";
import type { EpisodeCard, Found, Search } from "../../wire";
import { StartExport } from "../exports/StartExport";
import { Facets, SearchBar } from "./Facets";
import { Figures } from "./Figures";
import { EVERYTHING, narrows, queryOf, readSearch } from "./search";
import { t as s } from "./search_words";
import { t } from "./words";
import "./episodes.css";
import "./search.css";

const TYPING_MS = 250;
const LOOK_AGAIN_MS = 400;

type Searching = { search: Search; asked: Search; onSearch: (next: Search, typed?: boolean) => void };

/** The search in the address: a step back in the history for each choice, none for each letter typed. */
function useSearch(): Searching {
  const search = useSignal(readSearch(location.search));
  const asked = useSignal(search.value);
  const timer = useRef(0);
  useEffect(() => {
    const follow = (): void => {
      clearTimeout(timer.current);
      search.value = asked.value = readSearch(location.search);
    };
    addEventListener("popstate", follow);
    return () => {
      clearTimeout(timer.current);
      removeEventListener("popstate", follow);
    };
  }, []);
  const onSearch = (next: Search, typed = false): void => {
    clearTimeout(timer.current);
    search.value = next;
    const address = location.pathname + queryOf(next);
    if (typed) history.replaceState(null, "", address);
    else history.pushState(null, "", address);
    const ask = (): void => {
      asked.value = next;
    };
    if (typed) timer.current = window.setTimeout(ask, TYPING_MS);
    else ask();
  };
  return { search: search.value, asked: asked.value, onSearch };
}

function Row({ episode }: { episode: EpisodeCard }): JSX.Element {
  const link = episode.round_trip_s;
  return (
    <tr>
      <th scope="row">
        <Link to={{ page: "episode", episodeId: episode.episode_id }}>{moment(episode.started_utc_ns)}</Link>
      </th>
      <td>{say(episode.puzzle_title)}</td>
      <td class="episodes__player">{episode.pseudonym}</td>
      <td>
        <Badge tone={episode.judged === "solved" ? "good" : "plain"}>{s(episode.judged)}</Badge>
      </td>
      <td class="number">{stopwatch(episode.duration_s)}</td>
      <td class="number episodes__extra">{link === null ? "–" : `${number(link * 1e3)} ms`}</td>
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
          <th scope="col">{s("contributor")}</th>
          <th scope="col">{t("verdict")}</th>
          <th scope="col">{t("duration")}</th>
          <th scope="col" class="episodes__extra">
            {s("round_trip")}
          </th>
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

function Pages({ found, onPage }: { found: Found; onPage: (page: number) => void }): JSX.Element | null {
  if (found.pages === 1) return null;
  const go = (page: number): void => {
    onPage(page);
    scrollTo(0, 0);
  };
  return (
    <nav class="pages" aria-label={s("pages")}>
      <button type="button" class="button button--small" disabled={found.page === 1} onClick={() => go(found.page - 1)}>
        {s("before")}
      </button>
      <span class="number">{s("page", { n: number(found.page), all: number(found.pages) })}</span>
      <button
        type="button"
        class="button button--small"
        disabled={found.page === found.pages}
        onClick={() => go(found.page + 1)}
      >
        {s("next")}
      </button>
    </nav>
  );
}

function Listed({ found, search, onSearch }: { found: Found } & Omit<Searching, "asked">): JSX.Element {
  const clear = (): void => onSearch({ ...EVERYTHING, order: search.order });
  return (
    <div class="searched">
      <Facets facets={found.facets} search={search} onSearch={onSearch} />
      <div class="searched__found">
        <SearchBar search={search} onSearch={onSearch} />
        <p class="searched__count faint number" role="status">
          {t("count", { n: number(found.figures.episodes), all: number(found.all) })}
          {found.unread > 0 && ` · ${s("unread", { n: number(found.unread) })}`}
          {narrows(search) && (
            <button type="button" class="button button--quiet button--small" onClick={clear}>
              {s("clearAll")}
            </button>
          )}
        </p>
        {found.cards.length === 0 ? (
          <Notice title={t("noMatch")} text="">
            <button type="button" class="button" onClick={clear}>
              {t("clear")}
            </button>
          </Notice>
        ) : (
          <>
            <Figures figures={found.figures} />
            <StartExport search={search} episodes={found.figures.episodes} />
            <div class="card episodes">
              <Table rows={found.cards} />
            </div>
          </>
        )}
        <Pages found={found} onPage={(page) => onSearch({ ...search, page })} />
      </div>
    </div>
  );
}

function List(): JSX.Element {
  const { search, asked, onSearch } = useSearch();
  const found = useLoaded(() => searchEpisodes(asked), [queryOf(asked)]);
  const unread = found.value?.unread ?? 0;
  useEffect(() => {
    if (unread === 0) return undefined;
    const timer = setTimeout(found.again, LOOK_AGAIN_MS);
    return () => clearTimeout(timer);
  }, [found.value]);
  if (found.trouble !== "") {
    return (
      <Notice title={t("failed")} text={found.trouble}>
        <button type="button" class="button" onClick={found.again}>
          {t("again")}
        </button>
      </Notice>
    );
  }
  if (found.value === null) return <Waiting words={s("searching")} />;
  if (found.value.all === 0 && unread === 0) return <Notice title={t("none")} text={t("noneText")} />;
  return (
    <>
      <h1>{t("episodes")}</h1>
      <p class="soft">
        {t("lead")} <Link to={{ page: "exports" }}>{s("toExports")}</Link>
      </p>
      <Listed found={found.value} search={search} onSearch={onSearch} />
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

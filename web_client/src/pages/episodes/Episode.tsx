/** One episode: both cameras, what was asked and done, events and provenance, on one time axis. */
import type { JSX } from "preact";
import { useSignal } from "@preact/signals";
import { useCallback, useMemo } from "preact/hooks";
import { downloadUrl, getEpisode, getSeries, getTracks } from "../../api/rest";
import { RoleGate } from "../../app/RoleGate";
import { Link } from "../../app/router";
import { say } from "../../i18n";
import { bytes, moment, stopwatch } from "../../i18n/format";
import { Inline } from "../../ui/Markdown";
import { Badge, Notice, Waiting } from "../../ui/parts";
import { useLoaded } from "../../ui/useLoaded";
import type { EpisodeCard, Series, Tracks } from "../../wire";
import { Annotate } from "./annotate/Annotate";
import { Playback } from "./playback";
import { Plots } from "./Plots";
import { Age, Limits, ViewSwitch } from "./Seen";
import { ageAt, evenAgeAt, type View } from "./sight";
import { Events, Timeline } from "./Timeline";
import { useClock } from "./useClock";
import { Videos } from "./Videos";
import { t } from "./words";
import "./episodes.css";

function Provenance({ card }: { card: EpisodeCard }): JSX.Element {
  const rows: readonly (readonly [string, string])[] = [
    [t("episodeId"), card.episode_id],
    [t("turnId"), card.turn_id],
    [t("started"), moment(card.started_utc_ns)],
    [t("puzzle"), `${say(card.puzzle_title)} (${card.puzzle_id})`],
    [t("player"), card.pseudonym],
    [t("source"), t(card.source)],
    [t("cameras"), card.cameras.join(", ")],
    [t("size"), bytes(card.bytes)],
    [t("sha"), card.sha256],
  ];
  return (
    <section class="provenance">
      <h2>{t("provenance")}</h2>
      <table>
        <tbody>
          {rows.map(([name, value]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{value}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p class="faint">
        <Inline text={t("more_", { id: card.episode_id })} />
      </p>
    </section>
  );
}

function Head({ card }: { card: EpisodeCard }): JSX.Element {
  return (
    <header class="episode__head">
      <div>
        <Link to={{ page: "episodes" }}>{t("back")}</Link>
        <h1>{say(card.puzzle_title)}</h1>
        <p class="episode__facts">
          <Badge tone={card.solved ? "good" : "plain"}>{card.solved ? t("solved") : t("unsolved")}</Badge>
          <span>{card.pseudonym}</span>
          <span>{moment(card.started_utc_ns)}</span>
          <span class="number">{stopwatch(card.duration_s)}</span>
          <Link to={{ page: "result", turnId: card.turn_id }}>{t("result")}</Link>
        </p>
      </div>
      <div class="episode__actions">
        <Link class="button" to={{ page: "compare", a: card.episode_id, b: "" }}>
          {t("compare")}
        </Link>
        <a class="button" href={downloadUrl(card.episode_id)} download>
          {t("download")}
        </a>
      </div>
    </header>
  );
}

type SeenProps = { tracks: Tracks | null; trouble: string; length: number; playback: Playback };

function Seen({ tracks, trouble, length, playback }: SeenProps): JSX.Element {
  if (trouble !== "") return <p role="alert">{`${t("failedTracks")} ${trouble}`}</p>;
  if (tracks === null) return <p class="faint">{t("loadingTracks")}</p>;
  return (
    <section class="plots">
      <h2>{t("seenTitle")}</h2>
      <Age tracks={tracks} length={length} playback={playback} />
      <h2>{t("limits")}</h2>
      <Limits tracks={tracks} length={length} />
    </section>
  );
}

function Replayed({ card, series }: { card: EpisodeCard; series: Series }): JSX.Element {
  const playback = useMemo(() => new Playback(), []);
  const length = Math.max(series.t_s.at(-1) ?? 0, 0.1);
  useClock(playback, length);
  const loaded = useLoaded(() => getTracks(card.episode_id), []);
  const tracks = loaded.value;
  const view = useSignal<View>("cell");
  const behind = useCallback(
    (time: number, runs: boolean): number => {
      if (tracks === null || view.peek() === "cell") return 0;
      return (runs ? evenAgeAt(tracks, time) : ageAt(tracks, time)) ?? 0;
    },
    [tracks],
  );
  const seen = useCallback(
    (time: number): number | null => {
      const age = tracks === null ? null : ageAt(tracks, time);
      return age === null ? null : time - age;
    },
    [tracks],
  );
  return (
    <>
      <Head card={card} />
      <div class="episode">
        <div class="episode__left">
          <Videos episodeId={card.episode_id} cameras={card.cameras} playback={playback} behind={behind} />
          {tracks !== null && tracks.t_s.length > 0 && (
            <ViewSwitch view={view} onChange={() => playback.seek(playback.time.peek())} />
          )}
          <Events series={series} playback={playback} />
        </div>
        <div class="episode__right card">
          <Timeline series={series} playback={playback} length={length} />
          <Annotate card={card} playback={playback} length={length} />
          <Plots series={series} playback={playback} seen={seen} />
          <Seen tracks={tracks} trouble={loaded.trouble} length={length} playback={playback} />
        </div>
      </div>
      <Provenance card={card} />
    </>
  );
}

function Loading({ episodeId }: { episodeId: string }): JSX.Element {
  const card = useLoaded(() => getEpisode(episodeId), []);
  const series = useLoaded(() => getSeries(episodeId), []);
  const trouble = card.trouble === "" ? series.trouble : card.trouble;
  if (trouble !== "") {
    return (
      <Notice title={t("failedOne")} text={trouble}>
        <Link class="button" to={{ page: "episodes" }}>
          {t("back")}
        </Link>
      </Notice>
    );
  }
  if (card.value === null || series.value === null) return <Waiting words={t("loading")} />;
  return <Replayed card={card.value} series={series.value} />;
}

/** The page of one episode. */
export default function Episode({ episodeId }: { episodeId: string }): JSX.Element {
  return (
    <RoleGate role="researcher">
      <Loading episodeId={episodeId} />
    </RoleGate>
  );
}

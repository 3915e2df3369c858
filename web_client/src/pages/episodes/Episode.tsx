/** One episode: both cameras, what was asked and done, events and provenance, on one time axis. */
import type { JSX } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import { downloadUrl, getEpisode, getSeries } from "../../api/rest";
import { RoleGate } from "../../app/RoleGate";
import { Link } from "../../app/router";
import { say } from "../../i18n";
import { bytes, moment, stopwatch } from "../../i18n/format";
import { Inline } from "../../ui/Markdown";
import { Badge, Notice, Waiting } from "../../ui/parts";
import { useLoaded } from "../../ui/useLoaded";
import type { EpisodeCard, Series } from "../../wire";
import { Annotate } from "./annotate/Annotate";
import { Playback } from "./playback";
import { Plots } from "./Plots";
import { Events, Timeline } from "./Timeline";
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
      <a class="button" href={downloadUrl(card.episode_id)} download>
        {t("download")}
      </a>
    </header>
  );
}

function Replayed({ card, series }: { card: EpisodeCard; series: Series }): JSX.Element {
  const playback = useMemo(() => new Playback(), []);
  const length = Math.max(series.t_s.at(-1) ?? 0, 0.1);
  playback.duration = length;
  useEffect(() => {
    let before = performance.now();
    let frame = 0;
    const step = (now: number): void => {
      playback.advance((now - before) / 1000);
      before = now;
      frame = requestAnimationFrame(step);
    };
    frame = requestAnimationFrame(step);
    return () => cancelAnimationFrame(frame);
  }, []);
  return (
    <>
      <Head card={card} />
      <div class="episode">
        <div class="episode__left">
          <Videos episodeId={card.episode_id} cameras={card.cameras} playback={playback} />
          <Events series={series} playback={playback} />
        </div>
        <div class="episode__right card">
          <Timeline series={series} playback={playback} length={length} />
          <Annotate card={card} playback={playback} length={length} />
          <Plots series={series} playback={playback} />
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

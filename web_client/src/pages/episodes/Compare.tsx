/** Two episodes side by side on one clock: cameras, sub-tasks and joints, aligned where both begin. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useCallback, useMemo } from "preact/hooks";
import { getAnnotations, getEpisode, getSeries, getTracks, searchEpisodes } from "../../api/rest";
import { RoleGate } from "../../app/RoleGate";
import { Link } from "../../app/router";
import { say } from "../../i18n";
import { moment, stopwatch } from "../../i18n/format";
import { Badge, Notice, Waiting } from "../../ui/parts";
import { useLoaded } from "../../ui/useLoaded";
import type { Annotations, EpisodeCard, Series, Tracks } from "../../wire";
import { newestOf } from "./annotate/work";
import { t as c } from "./compare_words";
import { Playback } from "./playback";
import { JointPlot } from "./Plots";
import { EVERYTHING } from "./search";
import { ANCHORS, moments, offsets, sharedJoints, valuesAt, type Anchor } from "./side_by_side";
import { Transport } from "./Timeline";
import { useClock } from "./useClock";
import { Videos } from "./Videos";
import { t } from "./words";
import "./episodes.css";
import "./annotate/annotate.css";
import "./compare.css";

/** One side: everything of one episode. */
interface Side {
  readonly card: EpisodeCard;
  readonly series: Series;
  readonly tracks: Tracks;
  readonly annotations: Annotations;
}

const NS = 1e9;
const NOTHING_SEEN = (): null => null;

async function sideOf(episodeId: string): Promise<Side> {
  const [card, series, tracks, annotations] = await Promise.all([
    getEpisode(episodeId),
    getSeries(episodeId),
    getTracks(episodeId),
    getAnnotations(episodeId),
  ]);
  return { card, series, tracks, annotations };
}

/** The newest other episodes, those of the same puzzle first. */
async function othersOf(episodeId: string): Promise<EpisodeCard[]> {
  const { puzzle_id } = await getEpisode(episodeId);
  const alike = await searchEpisodes({ ...EVERYTHING, facets: [{ facet: "puzzle", values: [puzzle_id] }] });
  const all = await searchEpisodes(EVERYTHING);
  const byId = new Map([...alike.cards, ...all.cards].map((card) => [card.episode_id, card]));
  byId.delete(episodeId);
  return [...byId.values()];
}

function endOf(side: Side): number {
  return side.series.t_s.at(-1) ?? 0;
}

type LaneProps = { name: string; side: Side; offset: number; length: number };

function StillLane({ name, side, offset, length }: LaneProps): JSX.Element {
  const segments = newestOf(side.annotations)?.segments ?? side.annotations.proposal;
  return (
    <div class="compare__lane">
      <b aria-hidden="true">{name}</b>
      <div class="lane lane--still" role="img" aria-label={c("lane", { name })}>
        {segments.map((segment) => {
          const [from, to] = [segment.start_ns / NS - offset, segment.end_ns / NS - offset];
          const begin = Math.max(0, from);
          return (
            <span
              key={segment.start_ns}
              class={`lane__segment segment--${segment.label}`}
              title={say(segment.prompt)}
              hidden={to <= 0}
              style={{ left: `${(begin / length) * 100}%`, width: `${(Math.max(0, to - begin) / length) * 100}%` }}
            />
          );
        })}
      </div>
    </div>
  );
}

type HeadProps = { name: string; card: EpisodeCard };

function Head({ name, card }: HeadProps): JSX.Element {
  return (
    <h2 class={`compare__name compare__name--${name.toLowerCase()}`}>
      <b>{name}</b> <Link to={{ page: "episode", episodeId: card.episode_id }}>{say(card.puzzle_title)}</Link>
      <small>
        {card.pseudonym} · {moment(card.started_utc_ns)} · {stopwatch(card.duration_s)}
      </small>
      <Badge tone={card.solved ? "good" : "plain"}>{card.solved ? t("solved") : t("unsolved")}</Badge>
    </h2>
  );
}

type JointsProps = { a: Side; b: Side; shift: readonly [number, number]; length: number; playback: Playback };

function Joints({ a, b, shift, length, playback }: JointsProps): JSX.Element {
  const shared = useMemo(() => sharedJoints(a.series, b.series), [a, b]);
  const lines = useMemo(() => {
    const times = moments(length);
    return shared.map((joint) => ({
      times,
      measured: valuesAt(a.series.t_s, a.series.positions_rad[joint.a] ?? [], shift[0], times),
      other: valuesAt(b.series.t_s, b.series.positions_rad[joint.b] ?? [], shift[1], times),
    }));
  }, [shared, shift, length]);
  if (shared.length === 0) return <p class="soft">{c("noJoints")}</p>;
  return (
    <section class="plots">
      <ul class="plots__legend">
        <li class="measured">A</li>
        <li class="other">B</li>
      </ul>
      {shared.map((joint, index) => (
        <JointPlot
          key={joint.name}
          name={joint.name}
          lines={lines[index] ?? { times: [], measured: [] }}
          marks={[]}
          last={index === shared.length - 1}
          playback={playback}
          seen={NOTHING_SEEN}
        />
      ))}
      <p class="faint">{c("unit")}</p>
    </section>
  );
}

function Both({ a, b }: { a: Side; b: Side }): JSX.Element {
  const playback = useMemo(() => new Playback(), []);
  const anchor = useSignal<Anchor>(offsets(a.tracks, b.tracks, "motion") === null ? "start" : "motion");
  const shift = useMemo(() => offsets(a.tracks, b.tracks, anchor.value) ?? ([0, 0] as const), [anchor.value]);
  const length = Math.max(endOf(a) - shift[0], endOf(b) - shift[1], 0.1);
  useClock(playback, length);
  const behindA = useCallback(() => -shift[0], [shift]);
  const behindB = useCallback(() => -shift[1], [shift]);
  return (
    <>
      <h1>{c("title")}</h1>
      <div class="compare__bar card">
        <Transport playback={playback} length={length} />
        <div class="tabs" role="group" aria-label={c("aligned")}>
          {ANCHORS.map((name) => (
            <button
              key={name}
              type="button"
              aria-pressed={anchor.value === name}
              disabled={offsets(a.tracks, b.tracks, name) === null}
              onClick={() => {
                anchor.value = name;
                playback.seek(0);
              }}
            >
              {c(name)}
            </button>
          ))}
        </div>
        <div class="timeline compare__axis">
          <StillLane name="A" side={a} offset={shift[0]} length={length} />
          <StillLane name="B" side={b} offset={shift[1]} length={length} />
          <input
            type="range"
            min={0}
            max={length}
            step={0.1}
            value={playback.time.value}
            aria-label={c("clock")}
            aria-valuetext={stopwatch(playback.time.value)}
            onInput={(event) => playback.seek(event.currentTarget.valueAsNumber)}
          />
        </div>
      </div>
      <div class="compare">
        {([["A", a, behindA], ["B", b, behindB]] as const).map(([name, side, behind]) => (
          <section key={name}>
            <Head name={name} card={side.card} />
            <Videos episodeId={side.card.episode_id} cameras={side.card.cameras} playback={playback} behind={behind} />
          </section>
        ))}
      </div>
      <Joints a={a} b={b} shift={shift} length={length} playback={playback} />
    </>
  );
}

function Chooser({ a }: { a: string }): JSX.Element {
  const found = useLoaded(() => othersOf(a), []);
  if (found.trouble !== "") return <Failed text={found.trouble} again={found.again} />;
  if (found.value === null) return <Waiting />;
  const ordered = found.value;
  if (ordered.length === 0) return <Notice title={c("noOther")} text={c("noOtherText")} />;
  return (
    <>
      <h1>{c("choose")}</h1>
      <ul class="compare__others card">
        {ordered.map((card) => (
          <li key={card.episode_id}>
            <Link to={{ page: "compare", a, b: card.episode_id }}>{say(card.puzzle_title)}</Link> {card.pseudonym} ·{" "}
            {moment(card.started_utc_ns)} · {stopwatch(card.duration_s)} · {card.solved ? t("solved") : t("unsolved")}
          </li>
        ))}
      </ul>
    </>
  );
}

function Failed({ text, again }: { text: string; again: () => void }): JSX.Element {
  return (
    <Notice title={c("failed")} text={text}>
      <button type="button" class="button" onClick={again}>
        {t("again")}
      </button>
      <Link class="button" to={{ page: "episodes" }}>
        {t("back")}
      </Link>
    </Notice>
  );
}

function Loading({ a, b }: { a: string; b: string }): JSX.Element {
  const both = useLoaded(() => Promise.all([sideOf(a), sideOf(b)]), []);
  if (both.trouble !== "") return <Failed text={both.trouble} again={both.again} />;
  if (both.value === null) return <Waiting words={c("loading")} />;
  return <Both a={both.value[0]} b={both.value[1]} />;
}

/** The page; without a second episode it lets one choose. */
export default function Compare({ a, b }: { a: string; b: string }): JSX.Element {
  return (
    <RoleGate role="researcher">
      <Link to={{ page: "episode", episodeId: a }}>{c("backToOne")}</Link>
      {b === "" ? <Chooser a={a} /> : <Loading a={a} b={b} />}
    </RoleGate>
  );
}

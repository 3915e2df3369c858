/** Play, pause, speed, and the time line with the arm's modes and the episode's events on it. */
import type { JSX } from "preact";
import { say } from "../../i18n";
import { stopwatch } from "../../i18n/format";
import { MODE_WORDS } from "../../i18n/arm";
import type { Mode, Series } from "../../wire";
import type { Playback } from "./playback";
import { stretches } from "./stretches";
import { t } from "./words";

const RATES = [0.5, 1, 2, 4] as const;

function modeWord(mode: string): string {
  return mode in MODE_WORDS ? say(MODE_WORDS[mode as Mode]) : mode;
}

function Modes({ series, length }: { series: Series; length: number }): JSX.Element {
  return (
    <div class="timeline__modes" aria-hidden="true">
      {stretches(series.t_s, series.modes).map(({ mode, from, to }) => (
        <i
          key={from}
          class={`mode mode--${mode}`}
          title={modeWord(mode)}
          style={{ left: `${(from / length) * 100}%`, width: `${((to - from) / length) * 100}%` }}
        />
      ))}
      {series.events.map((event, index) => (
        <b key={index} title={`${event.kind} ${event.text}`} style={{ left: `${(event.t_s / length) * 100}%` }} />
      ))}
    </div>
  );
}

/** Play, pause and speed. */
export function Transport({ playback, length }: { playback: Playback; length: number }): JSX.Element {
  const playing = playback.playing.value;
  return (
    <div class="transport">
      <button
        type="button"
        class="button button--small button--primary"
        onClick={() => (playing ? playback.pause() : playback.play())}
      >
        {playing ? t("pause") : t("play")}
      </button>
      <span class="number transport__time">
        {stopwatch(playback.time.value)} / {stopwatch(length)}
      </span>
      <div class="tabs" role="group" aria-label={t("rate")}>
        {RATES.map((rate) => (
          <button key={rate} type="button" aria-pressed={playback.rate.value === rate} onClick={() => playback.setRate(rate)}>
            {rate}×
          </button>
        ))}
      </div>
    </div>
  );
}

type TimelineProps = { series: Series; playback: Playback; length: number };

/** The slider carries the keyboard: arrows step, Home and End jump. */
export function Timeline({ series, playback, length }: TimelineProps): JSX.Element {
  const time = playback.time.value;
  return (
    <div class="timeline">
      <Transport playback={playback} length={length} />
      <div class="timeline__axis">
        <Modes series={series} length={length} />
        <input
          type="range"
          min={0}
          max={length}
          step={0.1}
          value={time}
          aria-label={t("time")}
          aria-valuetext={stopwatch(time)}
          onInput={(event) => playback.seek(event.currentTarget.valueAsNumber)}
        />
      </div>
    </div>
  );
}

/** The events in words; each goes to its moment. */
export function Events({ series, playback }: { series: Series; playback: Playback }): JSX.Element {
  const time = playback.time.value;
  const now = series.events.findLastIndex((event) => event.t_s <= time + 0.05);
  return (
    <section class="events">
      <h2>{t("events")}</h2>
      {series.events.length === 0 && <p class="soft">{t("noEvents")}</p>}
      <ol>
        {series.events.map((event, index) => (
          <li key={index}>
            <button
              type="button"
              aria-current={index === now ? "time" : undefined}
              onClick={() => playback.seek(event.t_s)}
            >
              <span class="number">{stopwatch(event.t_s)}</span>
              <span>
                {event.kind.replaceAll("_", " ")} {event.text !== "" && <small>{event.text.replaceAll("_", " ")}</small>}
              </span>
            </button>
          </li>
        ))}
      </ol>
    </section>
  );
}

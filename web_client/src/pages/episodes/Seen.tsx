/** What the player saw against what was true then, and which limits acted, on the episode's time axis. */
import { effect, type Signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { say } from "../../i18n";
import { LIMIT_WORDS } from "../../i18n/arm";
import { number } from "../../i18n/format";
import type { Limit, Tracks } from "../../wire";
import { Plot } from "./plot";
import type { Playback } from "./playback";
import { agesMs, quantile, type View } from "./sight";
import { t } from "./words";

function limitWord(name: string): string {
  return name in LIMIT_WORDS ? say(LIMIT_WORDS[name as Limit]) : name.replaceAll("_", " ");
}

function milliseconds(value: number | null): string {
  return value === null ? "–" : number(value);
}

/** Chooses in whose time the pictures are shown. */
export function ViewSwitch({ view, onChange }: { view: Signal<View>; onChange: () => void }): JSX.Element {
  return (
    <div class="tabs" role="group" aria-label={t("view")}>
      {(["cell", "player"] as const).map((name) => (
        <button
          key={name}
          type="button"
          aria-pressed={view.value === name}
          title={t(name === "cell" ? "cellWhy" : "playerWhy")}
          onClick={() => {
            view.value = name;
            onChange();
          }}
        >
          {t(name === "cell" ? "cellTime" : "playerTime")}
        </button>
      ))}
    </div>
  );
}

/** Every limit that acted, a row each. */
export function Limits({ tracks, length }: { tracks: Tracks; length: number }): JSX.Element {
  const names = useMemo(() => [...new Set(tracks.limits.map((span) => span.name))].sort(), [tracks]);
  if (names.length === 0) return <p class="faint limits__none">{t("noLimits")}</p>;
  return (
    <section class="limits" aria-label={t("limits")}>
      {names.map((name) => (
        <div key={name} class="limits__row">
          <span>{limitWord(name)}</span>
          <div class="limits__spans">
            {tracks.limits
              .filter((span) => span.name === name)
              .map((span) => (
                <i
                  key={span.from_s}
                  style={{ left: `${(span.from_s / length) * 100}%`, width: `${((span.to_s - span.from_s) / length) * 100}%` }}
                />
              ))}
          </div>
        </div>
      ))}
    </section>
  );
}

/** The age of the picture on the player's screen, over time. */
export function Age({ tracks, length, playback }: { tracks: Tracks; length: number; playback: Playback }): JSX.Element {
  const place = useRef<HTMLDivElement>(null);
  const ages = useMemo(() => agesMs(tracks), [tracks]);
  useEffect(() => {
    const box = place.current;
    if (box === null || ages.length === 0) return undefined;
    const lines = { times: [0, ...tracks.t_s, length], measured: [null, ...ages, null] };
    const plot = new Plot(box, lines, [], false, (seconds) => playback.seek(seconds));
    const stop = effect(() => plot.show(playback.time.value));
    const watcher = new ResizeObserver(() => {
      plot.resize(box.clientWidth);
      plot.show(playback.time.peek());
    });
    watcher.observe(box);
    return () => {
      watcher.disconnect();
      stop();
      plot.destroy();
    };
  }, [ages]);
  if (ages.length === 0) return <p class="faint">{t("nothingSeen")}</p>;
  const error = quantile(tracks.error_s, 0.5);
  return (
    <figure class="plot">
      <figcaption>
        {t("age", {
          median: milliseconds(quantile(ages, 0.5)),
          p95: milliseconds(quantile(ages, 0.95)),
          error: milliseconds(error === null ? null : error * 1000),
        })}
        {tracks.unseen > 0 && ` ${t("unseen", { n: tracks.unseen })}`}
      </figcaption>
      <div ref={place} role="img" aria-label={t("agePlot")} />
    </figure>
  );
}

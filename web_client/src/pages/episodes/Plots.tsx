/** One plot per joint, all on the episode's time axis. */
import { effect, useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Series } from "../../wire";
import { Plot, type Lines } from "./plot";
import type { Playback } from "./playback";
import { t } from "./words";

type Kind = "positions" | "loads";

/** The lines of one joint. */
export function linesOf(series: Series, joint: number, kind: Kind): Lines {
  const times = series.t_s;
  if (kind === "loads") return { times, measured: series.loads[joint] ?? [] };
  const measured = series.positions_rad[joint] ?? [];
  const requested = series.requested_rad[joint] ?? [];
  return { times, measured, requested, applied: series.applied_rad[joint] ?? [] };
}

/** When the picture was taken that the player saw at a moment. */
export type Seen = (time: number) => number | null;

type JointProps = { name: string; lines: Lines; marks: readonly number[]; last: boolean; playback: Playback; seen: Seen };

/** One plot. */
export function JointPlot({ name, lines, marks, last, playback, seen }: JointProps): JSX.Element {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const box = place.current;
    if (box === null) return undefined;
    const plot = new Plot(box, lines, marks, last, (seconds) => playback.seek(seconds));
    const stopShowing = effect(() => plot.show(playback.time.value, seen(playback.time.value)));
    const watcher = new ResizeObserver(() => {
      plot.resize(box.clientWidth);
      plot.show(playback.time.peek(), seen(playback.time.peek()));
    });
    watcher.observe(box);
    return () => {
      watcher.disconnect();
      stopShowing();
      plot.destroy();
    };
  }, [lines, seen]);
  return (
    <figure class="plot">
      <figcaption>{name.replaceAll("_", " ")}</figcaption>
      <div ref={place} role="img" aria-label={t("plot", { joint: name })} />
    </figure>
  );
}

const NOTHING_SEEN: Seen = () => null;

/** Positions with what was requested and applied, or loads. */
export function Plots({ series, playback, seen = NOTHING_SEEN }: { series: Series; playback: Playback; seen?: Seen }): JSX.Element {
  const kind = useSignal<Kind>("positions");
  const lines = useRef<{ kind: Kind; all: Lines[] } | null>(null);
  if (lines.current?.kind !== kind.value) {
    lines.current = { kind: kind.value, all: series.joint_names.map((_, joint) => linesOf(series, joint, kind.value)) };
  }
  const all = lines.current.all;
  const marks = series.events.map((event) => event.t_s);
  return (
    <section class="plots">
      <div class="plots__head">
        <div class="tabs" role="group" aria-label={t("shown")}>
          {(["positions", "loads"] as const).map((name) => (
            <button
              key={name}
              type="button"
              aria-pressed={kind.value === name}
              onClick={() => {
                kind.value = name;
              }}
            >
              {t(name)}
            </button>
          ))}
        </div>
        {kind.value === "positions" && (
          <ul class="plots__legend">
            <li class="requested">{t("requested")}</li>
            <li class="applied">{t("applied")}</li>
            <li class="measured">{t("measured")}</li>
            {seen !== NOTHING_SEEN && <li class="seen">{t("seenThen")}</li>}
          </ul>
        )}
      </div>
      {all.map((joint, index) => (
        <JointPlot
          key={`${kind.value} ${index}`}
          name={series.joint_names[index] ?? ""}
          lines={joint}
          marks={marks}
          last={index === all.length - 1}
          playback={playback}
          seen={seen}
        />
      ))}
      <p class="faint">{t("unit")}</p>
    </section>
  );
}

/** The segments on the time line: choose one by a click, drag the borders between them. */
import type { JSX, TargetedPointerEvent } from "preact";
import { useRef } from "preact/hooks";
import { say } from "../../../i18n";
import type { Label, Segment } from "../../../wire";
import type { Playback } from "../playback";
import { t } from "./words";
import type { Work } from "./work";

const NS = 1e9;

function seconds(ns: number): string {
  return (ns / NS).toFixed(2);
}

type LaneProps = { work: Work; playback: Playback; lengthNs: number };

function Border({ work, border, lengthNs }: { work: Work; border: number; lengthNs: number }): JSX.Element {
  const handle = useRef<HTMLSpanElement>(null);
  const { segments } = work.editing.value;
  const at = segments[border]?.end_ns ?? 0;
  const drag = (event: TargetedPointerEvent<HTMLSpanElement>): void => {
    const lane = handle.current?.parentElement?.getBoundingClientRect();
    if (lane === undefined || !event.currentTarget.hasPointerCapture(event.pointerId)) return;
    const toNs = ((event.clientX - lane.left) / lane.width) * lengthNs;
    work.act({ kind: "border", border, toNs, gesture: `drag ${border}` });
  };
  const name = (segment: Segment | undefined): string => wordOf(work, segment?.label ?? "other");
  return (
    <span
      ref={handle}
      class="lane__border"
      style={{ left: `${(at / lengthNs) * 100}%` }}
      title={t("border", { before: name(segments[border]), after: name(segments[border + 1]) })}
      onMouseDown={(event) => event.preventDefault()} // the keys stay with the lane
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        work.act({ kind: "choose", index: border });
        handle.current?.parentElement?.querySelector<HTMLElement>(`[data-segment="${border}"]`)?.focus();
      }}
      onPointerMove={drag}
      onPointerUp={() => work.act({ kind: "settle" })}
      onPointerCancel={() => work.act({ kind: "settle" })}
    />
  );
}

/** What a label is called. */
export function wordOf(work: Work, label: Label): string {
  const info = work.known.value.labels.find((one) => one.label === label);
  return info === undefined ? label : say(info.name);
}

/** The lane; its buttons are the segments, and the keys of the section work while one of them is focused. */
export function Lane({ work, playback, lengthNs }: LaneProps): JSX.Element {
  const { segments, chosen } = work.editing.value;
  return (
    <div class="lane" role="group" aria-label={t("lane")}>
      {segments.map((segment, index) => {
        const label = wordOf(work, segment.label);
        const [from, to] = [seconds(segment.start_ns), seconds(segment.end_ns)];
        return (
          <button
            key={`segment ${index}`}
            type="button"
            data-segment={index}
            class={`lane__segment segment--${segment.label}`}
            style={{
              left: `${(segment.start_ns / lengthNs) * 100}%`,
              width: `${((segment.end_ns - segment.start_ns) / lengthNs) * 100}%`,
            }}
            aria-pressed={index === chosen}
            aria-label={t("segment", { n: index + 1, label, from, to })}
            title={say(segment.prompt)}
            onClick={() => {
              work.act({ kind: "choose", index });
              playback.seek(segment.start_ns / NS);
            }}
          >
            <span>{label}</span>
          </button>
        );
      })}
      {segments.slice(1).map((_, border) => (
        <Border key={`border ${border}`} work={work} border={border} lengthNs={lengthNs} />
      ))}
    </div>
  );
}

/** The chosen segment: label, piece, slot and its sentence in both languages; and what can be done to it. */
import type { JSX } from "preact";
import { say } from "../../../i18n";
import type { Label, Thing } from "../../../wire";
import type { Playback } from "../playback";
import type { Action } from "./editing";
import { t } from "./words";
import type { Work } from "./work";

const NS = 1e9;
const LONGEST_PROMPT = 240;

type ThingsProps = { name: string; things: readonly Thing[]; value: string; onChoose: (id: string) => void };

function Things({ name, things, value, onChoose }: ThingsProps): JSX.Element {
  return (
    <label class="field">
      <span>{name}</span>
      <select value={value} onChange={(event) => onChoose(event.currentTarget.value)}>
        {things.map((thing) => (
          <option key={thing.id} value={thing.id}>
            {say(thing.phrase)}
          </option>
        ))}
      </select>
    </label>
  );
}

function Prompts({ work }: { work: Work }): JSX.Element | null {
  const { segments, chosen } = work.editing.value;
  const one = segments[chosen];
  if (one === undefined) return null;
  return (
    <>
      {(["en", "zh"] as const).map((language) => (
        <label key={language} class="field annotate__prompt">
          <span>{t(language === "en" ? "promptEn" : "promptZh")}</span>
          <input
            type="text"
            lang={language === "zh" ? "zh-Hans" : "en"}
            maxLength={LONGEST_PROMPT}
            value={one.prompt[language]}
            onInput={(event) => work.act({ kind: "prompt", language, text: event.currentTarget.value })}
            onBlur={() => work.act({ kind: "settle" })}
          />
        </label>
      ))}
    </>
  );
}

/** The fields of the chosen segment. */
export function Fields({ work }: { work: Work }): JSX.Element | null {
  const { segments, chosen } = work.editing.value;
  const { labels, pieces, slots } = work.known.value;
  const one = segments[chosen];
  if (one === undefined) return null;
  return (
    <div class="annotate__fields">
      <label class="field">
        <span>{t("label")}</span>
        <select
          value={one.label}
          onChange={(event) => work.act({ kind: "label", label: event.currentTarget.value as Label })}
        >
          {labels.map((info, index) => (
            <option key={info.label} value={info.label}>
              {index + 1} {say(info.name)}
            </option>
          ))}
        </select>
      </label>
      <Things name={t("piece")} things={pieces} value={one.piece} onChoose={(piece) => work.act({ kind: "piece", piece })} />
      <Things name={t("slot")} things={slots} value={one.slot} onChoose={(slot) => work.act({ kind: "slot", slot })} />
      <Prompts work={work} />
    </div>
  );
}

/** Buttons for what the keys do. */
export function Tools({ work, playback }: { work: Work; playback: Playback }): JSX.Element {
  const { past, future, segments, chosen } = work.editing.value;
  const tools: readonly (readonly [string, () => Action, boolean])[] = [
    [t("split"), () => ({ kind: "split", atNs: playback.time.peek() * NS }), false],
    [t("merge"), () => ({ kind: "merge" }), chosen >= segments.length - 1],
    [t("remove"), () => ({ kind: "remove" }), segments.length < 2],
    [t("undo"), () => ({ kind: "undo" }), past.length === 0],
    [t("redo"), () => ({ kind: "redo" }), future.length === 0],
  ];
  return (
    <div class="annotate__tools">
      {tools.map(([name, action, disabled]) => (
        <button key={name} type="button" class="button button--small" disabled={disabled} onClick={() => work.act(action())}>
          {name}
        </button>
      ))}
    </div>
  );
}

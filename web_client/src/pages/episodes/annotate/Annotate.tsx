/** Sub-tasks of an episode: proposed, edited on the time line by mouse or keys, saved, reviewed. */
import type { JSX, TargetedKeyboardEvent } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { getAnnotations } from "../../../api/rest";
import { Inline } from "../../../ui/Markdown";
import { Waiting } from "../../../ui/parts";
import { useLoaded } from "../../../ui/useLoaded";
import { useTask } from "../../../ui/useTask";
import type { Annotations, EpisodeCard } from "../../../wire";
import type { Playback } from "../playback";
import { Fields, Tools } from "./Fields";
import { AgreementTable, History } from "./History";
import { commandOf, type Command } from "./keys";
import { Lane } from "./Lane";
import { save, Saving } from "./Saving";
import { t } from "./words";
import { Work } from "./work";
import "./annotate.css";

const NS = 1e9;

/** Carries out a command of the keys, but for saving. */
function obey(work: Work, playback: Playback, command: Command): void {
  const { chosen, segments } = work.editing.peek();
  const nowNs = playback.time.peek() * NS;
  switch (command.do) {
    case "previous":
    case "next": {
      work.act({ kind: "choose", index: chosen + (command.do === "next" ? 1 : -1) });
      playback.seek((segments[work.editing.peek().chosen]?.start_ns ?? 0) / NS);
      return;
    }
    case "split":
      return work.act({ kind: "split", atNs: nowNs });
    case "nudge": {
      const border = command.end === "start" ? chosen - 1 : chosen;
      work.act({ kind: "nudge", border, frames: command.frames });
      return playback.seek((work.editing.peek().segments[border]?.end_ns ?? nowNs) / NS);
    }
    case "here":
      return work.act({ kind: "border", border: command.end === "start" ? chosen - 1 : chosen, toNs: nowNs });
    case "label": {
      const label = work.known.peek().labels[command.number - 1]?.label;
      return label === undefined ? undefined : work.act({ kind: "label", label });
    }
    case "play":
      return playback.playing.peek() ? playback.pause() : playback.play();
    case "save":
      return undefined;
    default:
      return work.act({ kind: command.do });
  }
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLInputElement || target instanceof HTMLSelectElement;
}

type EditorProps = { known: Annotations; card: EpisodeCard; playback: Playback; length: number };

function Editor({ known, card, playback, length }: EditorProps): JSX.Element {
  const work = useMemo(() => new Work(known), []);
  const task = useTask();
  const section = useRef<HTMLElement>(null);
  const { chosen } = work.editing.value;
  useEffect(() => {
    const focused = document.activeElement;
    const moved = focused instanceof HTMLElement && focused.dataset["segment"] !== undefined;
    if (moved) section.current?.querySelector<HTMLElement>(`[data-segment="${chosen}"]`)?.focus();
  }, [chosen]);
  const onKeyDown = (event: TargetedKeyboardEvent<HTMLElement>): void => {
    const command = commandOf(event);
    if (command === null || (isTyping(event.target) && command.do !== "save")) return;
    event.preventDefault();
    if (command.do !== "save") obey(work, playback, command);
    else if (work.known.peek().can_save) void save(work, task, work.blind.peek());
  };
  return (
    <section class="annotate" ref={section} onKeyDown={onKeyDown}>
      <h2>{t("title")}</h2>
      <div class="annotate__axis">
        <Lane work={work} playback={playback} lengthNs={length * NS} />
      </div>
      <Tools work={work} playback={playback} />
      <Fields work={work} />
      <Saving work={work} task={task} />
      <p class="faint annotate__keys">
        {t("keys")}: <Inline text={t("help")} />
      </p>
      <details>
        <summary>
          {t("history")}, {t("agreement").toLowerCase()}
        </summary>
        <History work={work} />
        <AgreementTable work={work} puzzleId={card.puzzle_id} />
        <p class="faint">{t("versions", { proposal: known.proposal_version, prompts: known.prompt_version })}</p>
      </details>
    </section>
  );
}

/** The editor of one episode, or why there is none. */
export function Annotate({ card, playback, length }: { card: EpisodeCard; playback: Playback; length: number }): JSX.Element {
  const known = useLoaded(() => getAnnotations(card.episode_id), []);
  if (known.trouble !== "") {
    return (
      <section class="annotate">
        <p role="alert">
          {t("failed")} {known.trouble}
        </p>
        <button type="button" class="button button--small" onClick={known.again}>
          {t("again")}
        </button>
      </section>
    );
  }
  if (known.value === null) return <Waiting words={t("loading")} />;
  if (known.value.proposal.length === 0) return <p class="soft annotate">{t("empty")}</p>;
  return <Editor known={known.value} card={card} playback={playback} length={length} />;
}

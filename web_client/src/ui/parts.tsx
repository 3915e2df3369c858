/** Small parts that several pages use. */
import type { ComponentChildren, JSX } from "preact";
import { words } from "../i18n";
import { Inline } from "./Markdown";

const t = words(
  { waiting: "Loading…", stars: "{n} of 3 stars", difficulty: "Difficulty {n} of 5" },
  { waiting: "加载中…", stars: "{n} / 3 颗星", difficulty: "难度 {n} / 5" },
);

/** A quiet sign that something is on its way; appears only after a moment. */
export function Waiting({ words: text }: { words?: string }): JSX.Element {
  return (
    <div class="waiting" role="status">
      <span class="waiting__cubes" aria-hidden="true">
        <i />
        <i />
        <i />
      </span>
      <span>{text ?? t("waiting")}</span>
    </div>
  );
}

/** Words in the middle of a page: something is empty, missing or failed, and what to do. */
export function Notice(props: { title: string; text: string; children?: ComponentChildren }): JSX.Element {
  return (
    <section class="notice" role="status">
      <h1 class="notice__title">{props.title}</h1>
      <p class="notice__text">
        <Inline text={props.text} />
      </p>
      <div class="notice__actions">{props.children}</div>
    </section>
  );
}

export type Tone = "plain" | "accent" | "good" | "warn" | "bad";

/** A short word in a pill. */
export function Badge({ tone = "plain", children }: { tone?: Tone; children: ComponentChildren }): JSX.Element {
  return <span class={`badge badge--${tone}`}>{children}</span>;
}

/** One to three stars, drawn; `animated` lets them drop in one after another. */
export function Stars({ count, animated = false }: { count: number; animated?: boolean }): JSX.Element {
  return (
    <span class={animated ? "stars stars--animated" : "stars"} role="img" aria-label={t("stars", { n: count })}>
      {[0, 1, 2].map((index) => (
        <svg key={index} viewBox="0 0 24 24" class={index < count ? "star star--full" : "star"} aria-hidden="true">
          <path d="m12 2.6 2.9 6 6.6.9-4.8 4.6 1.2 6.5-5.9-3.1-5.9 3.1 1.2-6.5L2.5 9.5l6.6-.9z" />
        </svg>
      ))}
    </span>
  );
}

/** How hard a puzzle is, as five dots. */
export function Difficulty({ level }: { level: number }): JSX.Element {
  return (
    <span class="difficulty" role="img" aria-label={t("difficulty", { n: level })}>
      {[1, 2, 3, 4, 5].map((dot) => (
        <i key={dot} class={dot <= level ? "on" : ""} />
      ))}
    </span>
  );
}

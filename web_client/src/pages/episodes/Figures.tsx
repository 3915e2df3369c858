/** What the chosen set holds, before anything is exported. */
import type { JSX } from "preact";
import { duration, number } from "../../i18n/format";
import type { FacetCounts, SetFigures, Spans } from "../../wire";
import { valueWord } from "./Facets";
import { sizeOf } from "./sizes";
import { t } from "./search_words";

function Rows({ counts, all }: { counts: FacetCounts; all: number }): JSX.Element {
  return (
    <section class="figures__table">
      <h3>{t(counts.facet)}</h3>
      <ol>
        {counts.values.map((value) => (
          <li key={value.value}>
            <span class="figures__name">{valueWord(counts.facet, value)}</span>
            <span class="number">{number(value.count)}</span>
            <span class="figures__share" aria-hidden="true">
              <i style={{ width: `${(100 * value.count) / Math.max(1, all)}%` }} />
            </span>
          </li>
        ))}
      </ol>
      {counts.more > 0 && <p class="faint">{t("moreValues", { n: number(counts.more) })}</p>}
    </section>
  );
}

function milliseconds(spans: Spans | null): string {
  if (spans === null) return t("unknown");
  return `${[spans.p05, spans.p50, spans.p95].map((seconds) => number(seconds * 1e3)).join(" / ")} ms`;
}

function seconds(spans: Spans | null): string {
  if (spans === null) return t("unknown");
  return `${[spans.p05, spans.p50, spans.p95].map((one) => number(one, one < 10 ? 1 : 0)).join(" / ")} s`;
}

function Lacks({ gone }: { gone: readonly FacetCounts[] }): JSX.Element | null {
  if (gone.length === 0) return null;
  return (
    <section>
      <h3>{t("gone")}</h3>
      <ul class="figures__gone">
        {gone.map((counts) => (
          <li key={counts.facet}>
            <b>{t(counts.facet)}</b>{" "}
            {counts.values.map((value) => valueWord(counts.facet, value)).join(", ")}
            {counts.more > 0 && ` ${t("moreValues", { n: number(counts.more) })}`}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Numbers first; the tables open on demand. */
export function Figures({ figures }: { figures: SetFigures }): JSX.Element {
  const solved = figures.verdicts.find((one) => one.value === "solved")?.count ?? 0;
  const facts: readonly (readonly [string, string])[] = [
    [t("episodeCount"), number(figures.episodes)],
    [t("total"), duration(figures.duration_s)],
    [t("pictures"), number(figures.pictures)],
    [t("size"), sizeOf(figures.bytes)],
    [t("solvedShare"), figures.episodes === 0 ? "–" : `${number((100 * solved) / figures.episodes)} %`],
    [t("lengths"), seconds(figures.durations)],
    [t("roundTrips"), milliseconds(figures.round_trips)],
    [t("annotatedShare"), `${number(figures.annotated)} / ${number(figures.reviewed)}`],
    [t("kappa"), figures.agreement.kappa === null ? t("noReview") : number(figures.agreement.kappa, 2)],
    [t("borders"), figures.agreement.border_s === null ? "–" : `${number(figures.agreement.border_s, 2)} s`],
  ];
  const verdicts: FacetCounts = { facet: "verdict", values: figures.verdicts.filter((one) => one.count > 0), more: 0 };
  return (
    <section class="figures card" aria-label={t("figures")}>
      <dl class="figures__facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd class="number">{value}</dd>
          </div>
        ))}
      </dl>
      {figures.episodes > 0 && (
        <details>
          <summary>{t("details")}</summary>
          <div class="figures__tables">
            {[verdicts, figures.puzzles, figures.contributors].map((counts) => (
              <Rows key={counts.facet} counts={counts} all={figures.episodes} />
            ))}
            <Lacks gone={figures.gone} />
          </div>
          {figures.round_trips_unknown > 0 && (
            <p class="faint">{t("untold", { n: number(figures.round_trips_unknown) })}</p>
          )}
        </details>
      )}
    </section>
  );
}

/** What a search can be narrowed by: facets with counts, days, text, order. */
import type { JSX } from "preact";
import { say } from "../../i18n";
import { number } from "../../i18n/format";
import type { EpisodeOrder, FacetCounts, FacetName, FacetValue, Search } from "../../wire";
import { ORDERS, toggled, valuesOf } from "./search";
import { t } from "./search_words";

type Narrow = { search: Search; onSearch: (next: Search, typed?: boolean) => void };

const NARROW_SCREEN = "(max-width: 860px)"; // as in search.css
const OPEN_AT_FIRST: readonly FacetName[] = ["puzzle", "verdict", "contributor", "round_trip"];

/** A facet's value as people read it. */
export function valueWord(facet: FacetName, value: FacetValue): string {
  if (value.title !== null) return say(value.title);
  if (facet === "round_trip") {
    if (value.value === "unknown") return t("unknown");
    return value.value.endsWith("-") ? t("slowerThan", { ms: value.value.slice(0, -1) }) : `${value.value.replace("-", "–")} ms`;
  }
  if (facet === "agreement") {
    if (value.value === "unknown") return t("noReview");
    return value.value.startsWith("-") ? t("below", { kappa: value.value.slice(1) }) : value.value.replace("-", "–");
  }
  switch (value.value) {
    case "solved":
    case "not_solved":
    case "unjudged":
    case "interrupted":
    case "none":
    case "unreviewed":
    case "accepted":
    case "corrected":
    case "damaged":
    case "real":
    case "sim":
      return t(value.value);
    default:
      return value.value === "" ? t("unknown") : value.value;
  }
}

function Facet({ counts, search, onSearch }: { counts: FacetCounts } & Narrow): JSX.Element {
  const chosen = valuesOf(search, counts.facet);
  return (
    <details class="facet" open={OPEN_AT_FIRST.includes(counts.facet) || chosen.length > 0}>
      <summary>
        {t(counts.facet)}
        {chosen.length > 0 && <span class="facet__chosen number">{number(chosen.length)}</span>}
      </summary>
      <fieldset>
        <legend class="unseen">{t(counts.facet)}</legend>
        {counts.values.map((value) => (
          <label key={value.value} class={value.count === 0 ? "facet__value facet__value--none" : "facet__value"}>
            <input
              type="checkbox"
              checked={chosen.includes(value.value)}
              onChange={() => onSearch(toggled(search, counts.facet, value.value))}
            />
            <span class="facet__word">{valueWord(counts.facet, value)}</span>
            <span class="facet__count number">{number(value.count)}</span>
          </label>
        ))}
        {counts.more > 0 && <p class="faint">{t("moreValues", { n: number(counts.more) })}</p>}
      </fieldset>
    </details>
  );
}

function Days({ search, onSearch }: Narrow): JSX.Element {
  return (
    <fieldset class="days">
      <legend class="unseen">{t("days")}</legend>
      {(["since", "until"] as const).map((end) => (
        <label key={end} class="field">
          <span>{t(end)}</span>
          <input
            type="date"
            value={search[end]}
            onChange={(event) => onSearch({ ...search, [end]: event.currentTarget.value, page: 1 })}
          />
        </label>
      ))}
    </fieldset>
  );
}

/** The column beside the list; on a narrow screen it opens above it. */
export function Facets({ facets, search, onSearch }: { facets: readonly FacetCounts[] } & Narrow): JSX.Element {
  return (
    <details class="narrow" open={!matchMedia(NARROW_SCREEN).matches}>
      <summary>{t("narrow")}</summary>
      <section class="facets" aria-label={t("narrow")}>
        <Days search={search} onSearch={onSearch} />
        {facets.map((counts) => (
          <Facet key={counts.facet} counts={counts} search={search} onSearch={onSearch} />
        ))}
      </section>
    </details>
  );
}

/** Text and order, above the list. */
export function SearchBar({ search, onSearch }: Narrow): JSX.Element {
  return (
    <form class="search" role="search" onSubmit={(event) => event.preventDefault()}>
      <label class="field search__text">
        <span>{t("text")}</span>
        <input
          type="search"
          placeholder={t("textHint")}
          maxLength={64}
          value={search.text}
          onInput={(event) => onSearch({ ...search, text: event.currentTarget.value, page: 1 }, true)}
        />
      </label>
      <label class="field">
        <span>{t("order")}</span>
        <select
          value={search.order}
          onChange={(event) => onSearch({ ...search, order: event.currentTarget.value as EpisodeOrder, page: 1 })}
        >
          {ORDERS.map((order) => (
            <option key={order} value={order}>
              {t(order)}
            </option>
          ))}
        </select>
      </label>
    </form>
  );
}

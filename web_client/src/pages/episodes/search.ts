/** What the list searches for, as it stands in the address, so that a search can be passed on. */
import type { ChosenFacet, EpisodeOrder, FacetName, Search } from "../../wire";

export const FACETS: readonly FacetName[] = [
  "puzzle",
  "verdict",
  "contributor",
  "round_trip",
  "annotation",
  "agreement",
  "subtask",
  "cell",
  "month",
  "rules",
  "source",
];
export const ORDERS: readonly EpisodeOrder[] = ["newest", "oldest", "longest", "shortest", "slowest", "quickest"];
export const EVERYTHING: Search = { facets: [], text: "", since: "", until: "", order: "newest", page: 1 };

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const LONGEST_TEXT = 64;
const MOST_VALUES = 100;

/** Reads a search from an address's query; what it does not know is left out. */
export function readSearch(query: string): Search {
  const given = new URLSearchParams(query);
  const day = (name: string): string => (DAY.test(given.get(name) ?? "") ? (given.get(name) ?? "") : "");
  const page = Number(given.get("page"));
  return {
    facets: FACETS.flatMap((facet) => {
      const values = [...new Set(given.getAll(facet))].filter((value) => value !== "").slice(0, MOST_VALUES);
      return values.length === 0 ? [] : [{ facet, values }];
    }),
    text: (given.get("text") ?? "").slice(0, LONGEST_TEXT),
    since: day("since"),
    until: day("until"),
    order: ORDERS.find((order) => order === given.get("order")) ?? EVERYTHING.order,
    page: Number.isInteger(page) && page >= 1 && page <= 1_000_000 ? page : 1,
  };
}

/** The query of a search, empty for everything: the inverse of `readSearch`. */
export function queryOf(search: Search): string {
  const query = new URLSearchParams();
  for (const { facet, values } of search.facets) for (const value of values) query.append(facet, value);
  for (const name of ["text", "since", "until"] as const) if (search[name] !== "") query.set(name, search[name]);
  if (search.order !== EVERYTHING.order) query.set("order", search.order);
  if (search.page !== 1) query.set("page", String(search.page));
  const text = query.toString();
  return text === "" ? "" : `?${text}`;
}

/** The values chosen of a facet. */
export function valuesOf(search: Search, facet: FacetName): readonly string[] {
  return search.facets.find((one) => one.facet === facet)?.values ?? [];
}

/** Takes a value of a facet in, or out where it was in; the first page again. */
export function toggled(search: Search, facet: FacetName, value: string): Search {
  const before = valuesOf(search, facet);
  const values = before.includes(value) ? before.filter((one) => one !== value) : [...before, value];
  const facets = FACETS.flatMap((name): ChosenFacet[] => {
    const chosen = name === facet ? values : valuesOf(search, name);
    return chosen.length === 0 ? [] : [{ facet: name, values: chosen }];
  });
  return { ...search, facets, page: 1 };
}

/** Whether it chooses less than everything; order and page do not count. */
export function narrows(search: Search): boolean {
  return queryOf({ ...search, order: EVERYTHING.order, page: 1 }) !== "";
}

import { describe, expect, it } from "vitest";
import { valueWord } from "../../src/pages/episodes/Facets";
import { EVERYTHING, narrows, queryOf, readSearch, toggled, valuesOf } from "../../src/pages/episodes/search";
import { sizeOf } from "../../src/pages/episodes/sizes";
import type { Search } from "../../src/wire";

const FULL: Search = {
  facets: [
    { facet: "puzzle", values: ["tower", "swap & more"] },
    { facet: "verdict", values: ["solved"] },
  ],
  text: "t-1",
  since: "2026-01-02",
  until: "2026-02-03",
  order: "slowest",
  page: 3,
};

describe("a search in the address", () => {
  it("comes back as it was", () => {
    expect(readSearch(queryOf(FULL))).toEqual(FULL);
    expect(queryOf(EVERYTHING)).toBe("");
    expect(readSearch("")).toEqual(EVERYTHING);
  });

  it("leaves out what it does not know", () => {
    expect(readSearch("?since=yesterday&order=best&page=-2&colour=red&puzzle=&lang=zh")).toEqual(EVERYTHING);
    expect(readSearch("?page=1.5&verdict=solved&verdict=solved").facets).toEqual([{ facet: "verdict", values: ["solved"] }]);
  });
});

describe("a choice", () => {
  it("takes values in and out and goes back to the first page", () => {
    const more = toggled(FULL, "verdict", "unjudged");
    expect([valuesOf(more, "verdict"), more.page]).toEqual([["solved", "unjudged"], 1]);
    const less = toggled(FULL, "verdict", "solved");
    expect(less.facets.map((one) => one.facet)).toEqual(["puzzle"]);
    expect(valuesOf(less, "verdict")).toEqual([]);
  });

  it("narrows by anything but order and page", () => {
    expect(narrows({ ...EVERYTHING, order: "oldest", page: 4 })).toBe(false);
    expect(narrows({ ...EVERYTHING, text: "e" })).toBe(true);
  });
});

describe("values in words", () => {
  const word = (facet: "round_trip" | "verdict" | "cell", value: string): string => valueWord(facet, { value, count: 1, title: null });
  it("name buckets, verdicts and what is not known", () => {
    expect(word("round_trip", "50-100")).toBe("50–100 ms");
    expect(word("round_trip", "400-")).toBe("400 ms and more");
    expect(word("round_trip", "unknown")).toBe("not known");
    expect(word("verdict", "not_solved")).toBe("not solved");
    expect(word("cell", "home")).toBe("home");
    expect(word("cell", "")).toBe("not known");
    expect(valueWord("puzzle", { value: "tower", count: 1, title: { en: "Tower", zh: "塔" } })).toBe("Tower");
  });
});

describe("sizes", () => {
  it("grow beyond megabytes", () => {
    expect([sizeOf(2.5e6), sizeOf(3.2e9), sizeOf(1.5e12)]).toEqual(["2.5 MB", "3.2 GB", "1.5 TB"]);
  });
});

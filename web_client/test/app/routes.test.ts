import { describe, expect, it } from "vitest";
import { pathOf, readRoute, type Route } from "../../src/app/routes";
import { tokenIn } from "../../src/app/token";

const PAGES: readonly Route[] = [
  { page: "lobby" },
  { page: "check", cellId: "home", puzzleId: null },
  { page: "check", cellId: "my cell/ü", puzzleId: "sort_colours" },
  { page: "play", turnId: "t-1" },
  { page: "result", turnId: "t 1/ü" },
  { page: "cells" },
  { page: "operate", cellId: "home" },
  { page: "episodes" },
  { page: "exports" },
  { page: "episode", episodeId: "ep:1" },
  { page: "episode", episodeId: "compare" },
  { page: "compare", a: "ep:1", b: "" },
  { page: "compare", a: "ep:1", b: "ep 2/ü" },
];

describe("routes", () => {
  it.each(PAGES)("reads back the path of $page", (route) => {
    expect(readRoute(pathOf(route))).toEqual(route);
  });

  it.each(["/nowhere", "/exports/x", "/check", "/check/a/b/c", "/play", "/play/a/b", "/result/", "/operate/a/b", "/episodes/compare/a/b/c", "/play/%E0%A4%A"])("has no page at %s", (path) => {
    expect(readRoute(path).page).toBe("missing");
  });

  it("leads from a missing page to the lobby", () => {
    expect(pathOf({ page: "missing" })).toBe("/");
  });
});

describe("a token in the address", () => {
  it("is found behind the hash only by its name", () => {
    expect(tokenIn("#token=abc-DEF_123")).toBe("abc-DEF_123");
    expect(tokenIn("#tokens=abc")).toBeNull();
    expect(tokenIn("")).toBeNull();
  });
});

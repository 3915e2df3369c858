/** Which address shows which page; no browser in here. */

/** One page and the parts of its address. */
export type Route =
  | { readonly page: "lobby" }
  | { readonly page: "check"; readonly cellId: string; readonly puzzleId: string | null }
  | { readonly page: "play"; readonly turnId: string }
  | { readonly page: "result"; readonly turnId: string }
  | { readonly page: "cells" }
  | { readonly page: "operate"; readonly cellId: string }
  | { readonly page: "episodes" }
  | { readonly page: "episode"; readonly episodeId: string }
  | { readonly page: "compare"; readonly a: string; readonly b: string }
  | { readonly page: "exports" }
  | { readonly page: "missing" };

function decoded(part: string | undefined): string {
  try {
    return decodeURIComponent(part ?? "");
  } catch {
    return "";
  }
}

/** Reads an address's path; what is no page of ours is `missing`. */
export function readRoute(path: string): Route {
  const parts = path.split("/").filter((part) => part !== "");
  const second = decoded(parts[1]);
  if (parts.length === 0) return { page: "lobby" };
  if (parts.length === 1 && parts[0] === "operate") return { page: "cells" };
  if (parts.length === 1 && parts[0] === "episodes") return { page: "episodes" };
  if (parts.length === 1 && parts[0] === "exports") return { page: "exports" };
  if (second === "") return { page: "missing" };
  if (parts[0] === "check" && parts.length <= 3) return { page: "check", cellId: second, puzzleId: decoded(parts[2]) || null };
  if (parts[0] === "episodes" && parts[1] === "compare" && (parts.length === 3 || parts.length === 4)) {
    return { page: "compare", a: decoded(parts[2]), b: decoded(parts[3]) };
  }
  if (parts.length !== 2) return { page: "missing" };
  if (parts[0] === "play") return { page: "play", turnId: second };
  if (parts[0] === "result") return { page: "result", turnId: second };
  if (parts[0] === "operate") return { page: "operate", cellId: second };
  if (parts[0] === "episodes") return { page: "episode", episodeId: second };
  return { page: "missing" };
}

/** The path of a page: the inverse of `readRoute`. */
export function pathOf(route: Route): string {
  switch (route.page) {
    case "lobby":
    case "missing":
      return "/";
    case "check":
      return `/check/${encodeURIComponent(route.cellId)}${route.puzzleId === null ? "" : `/${encodeURIComponent(route.puzzleId)}`}`;
    case "play":
    case "result":
      return `/${route.page}/${encodeURIComponent(route.turnId)}`;
    case "cells":
      return "/operate";
    case "operate":
      return `/operate/${encodeURIComponent(route.cellId)}`;
    case "episodes":
      return "/episodes";
    case "exports":
      return "/exports";
    case "episode":
      return `/episodes/${encodeURIComponent(route.episodeId)}`;
    case "compare":
      return `/episodes/compare/${[route.a, route.b].filter((id) => id !== "").map(encodeURIComponent).join("/")}`;
  }
}

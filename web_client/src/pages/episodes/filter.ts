/** Which episodes the list shows. */
import type { Bilingual, EpisodeCard } from "../../wire";

export type Verdict = "any" | "solved" | "unsolved";

/** An empty text or `any` lets everything through. */
export interface Filter {
  readonly puzzleId: string;
  readonly verdict: Verdict;
  readonly player: string;
}

export const EVERYTHING: Filter = { puzzleId: "", verdict: "any", player: "" };

/** The episodes that fit, in their order. */
export function matching(episodes: readonly EpisodeCard[], filter: Filter): EpisodeCard[] {
  const name = filter.player.trim().toLocaleLowerCase();
  return episodes.filter(
    (episode) =>
      (filter.puzzleId === "" || episode.puzzle_id === filter.puzzleId) &&
      (filter.verdict === "any" || episode.solved === (filter.verdict === "solved")) &&
      episode.pseudonym.toLocaleLowerCase().includes(name),
  );
}

/** The puzzles that occur, each once. */
export function puzzlesIn(episodes: readonly EpisodeCard[]): { id: string; title: Bilingual }[] {
  const found = new Map(episodes.map((episode) => [episode.puzzle_id, episode.puzzle_title]));
  return [...found].map(([id, title]) => ({ id, title }));
}

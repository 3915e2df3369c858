/** What an export's card says in words and numbers; no page in here. */
import { number } from "../../i18n/format";
import type { Tone } from "../../ui/parts";
import type { ExportCard } from "../../wire";
import { t } from "./words";

/** True while something may change by itself. */
export function underWay(exports: readonly ExportCard[]): boolean {
  return exports.some((one) => one.state === "queued" || one.state === "running");
}

/** The state as a word. */
export function stateWord(card: ExportCard): string {
  return card.state === "failed" ? t("failedState") : t(card.state);
}

export function toneOf(card: ExportCard): Tone {
  switch (card.state) {
    case "done":
      return "good";
    case "failed":
      return "bad";
    case "interrupted":
      return "warn";
    case "running":
      return "accent";
    default:
      return "plain";
  }
}

/** What it does now; empty when it does nothing. */
export function stepWord(card: ExportCard): string {
  if (card.state !== "running") return "";
  if (card.step === "") return t("starting");
  return t(card.step, { done: number(card.done), total: number(card.total), pictures: number(card.pictures) });
}

/** Why it ended without a result, and what to do; empty when there is nothing to say. */
export function troubleWord(card: ExportCard): string {
  if (card.trouble === "") return "";
  return card.trouble === "cancelled" ? t("cancelledText") : t(card.trouble);
}

/** Episodes left out, by all rules together. */
export function leftOut(card: ExportCard): number {
  return card.left_out.reduce((sum, one) => sum + one.episodes, 0);
}

export const canCancel = (card: ExportCard): boolean =>
  card.state === "queued" || card.state === "running" || card.state === "interrupted";
export const canResume = (card: ExportCard): boolean => card.state === "interrupted" || card.state === "failed";

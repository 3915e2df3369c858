/** One line on how an arm is doing, for players. */
import type { JSX } from "preact";
import { Badge } from "../../ui/parts";
import type { CellCard } from "../../wire";
import { t } from "./words";

/** Whether the arm can be driven as it is: connected, not stopped, and under torque. */
export const drivable = (cell: CellCard): boolean => cell.online && cell.mode !== "latched" && cell.posture === "held";

function State({ cell }: { cell: CellCard }): JSX.Element {
  if (!cell.online) return <Badge>{t("offline")}</Badge>;
  if (cell.mode === "latched") return <Badge tone="warn">{t("stopped")}</Badge>;
  if (cell.posture === "resting") return <Badge tone="warn">{t("lowering")}</Badge>;
  if (cell.posture === "released") return <Badge tone="warn">{t("released")}</Badge>;
  if (cell.driver !== null) return <Badge>{t("playing", { name: cell.driver })}</Badge>;
  if (cell.turn_id !== null) return <Badge>{t("playingUnnamed")}</Badge>;
  return <Badge tone="good">{t("ready")}</Badge>;
}

/** State, queue and watchers as pills. */
export function CellState({ cell }: { cell: CellCard }): JSX.Element {
  return (
    <span class="cellstate">
      <State cell={cell} />
      {cell.queue_length > 0 && <Badge>{t("waitingCount", { n: cell.queue_length })}</Badge>}
      {cell.viewers > 0 && <Badge>{t("watching", { n: cell.viewers })}</Badge>}
    </span>
  );
}

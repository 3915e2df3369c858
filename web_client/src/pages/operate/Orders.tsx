/** Stop and Reset: two buttons far apart in meaning. Stop acts at once; Reset asks, and names the stop that was seen. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { resetCell, stopCell, wordsFor } from "../../api/rest";
import { say } from "../../i18n";
import { causeLine } from "../../i18n/arm";
import type { Cause, CellCard } from "../../wire";
import type { Seen } from "./summary";
import { t } from "./words";

type OrdersProps = { cell: CellCard; seen: Seen | null; stopThroughCell: (reason: string) => boolean };
type Asked = { readonly stopId: string; readonly cause: Cause };

function StopMark(): JSX.Element {
  return (
    <svg viewBox="0 0 24 24" aria-hidden="true">
      <rect x="4" y="4" width="16" height="16" rx="2" />
    </svg>
  );
}

type ConfirmProps = { cellId: string; asked: Asked; present: string | null; onDone: (words: string) => void };

/** Asks in place, not over the page: Stop stays in sight and in reach. */
function ConfirmReset({ cellId, asked, present, onDone }: ConfirmProps): JSX.Element {
  const busy = useSignal(false);
  const cancel = useRef<HTMLButtonElement>(null);
  useEffect(() => cancel.current?.focus(), []);
  const send = async (): Promise<void> => {
    busy.value = true;
    try {
      const answer = await resetCell(cellId, { stop_id: asked.stopId });
      onDone(answer.done ? "" : `${t("resetFailed")} ${answer.reason}`);
    } catch (error) {
      onDone(`${t("resetFailed")} ${wordsFor(error)}`);
    }
  };
  return (
    <div class="orders__confirm" role="group" aria-label={t("resetTitle")}>
      <p>
        {t("resetTitle")} <code>{asked.stopId}</code> {say(causeLine(asked.cause))}.
      </p>
      {present === asked.stopId ? (
        <p class="orders__check">{t("resetCheck")}</p>
      ) : (
        <p class="orders__words" role="alert">
          {t("changed")}
        </p>
      )}
      <div class="form__actions">
        <button ref={cancel} type="button" class="button button--small" onClick={() => onDone("")}>
          {t("cancel")}
        </button>
        <button
          type="button"
          class="button button--small"
          disabled={busy.value || present !== asked.stopId}
          onClick={() => void send()}
        >
          {t("resetGo")}
        </button>
      </div>
    </div>
  );
}

/** The stop goes straight through the cell when the link is open, and always through the hub, which notes who stopped. */
export function Orders({ cell, seen, stopThroughCell }: OrdersProps): JSX.Element {
  const asked = useSignal<Asked | null>(null);
  const words = useSignal("");
  const stop = async (): Promise<void> => {
    words.value = t("stopping");
    const direct = stopThroughCell(t("stopReason"));
    try {
      const answer = await stopCell(cell.cell_id, { reason: t("stopReason") });
      words.value = answer.done || direct ? "" : `${t("stopFailed")} ${answer.reason}`;
    } catch (error) {
      words.value = direct ? "" : `${t("stopFailed")} ${wordsFor(error)}`;
    }
  };
  const stopId = seen?.mode === "latched" ? seen.stopId : null;
  const ask = (): void => {
    words.value = "";
    if (stopId !== null) asked.value = { stopId, cause: seen?.cause ?? "none" };
  };
  const done = (outcome: string): void => {
    asked.value = null;
    words.value = outcome;
  };
  return (
    <section class="orders">
      <button type="button" class="orders__stop" onClick={() => void stop()}>
        <StopMark />
        {t("stop")}
      </button>
      {asked.value === null && words.value === "" && <p class="faint">{t("stopHint")}</p>}
      <p class="orders__words" role="alert">
        {words.value}
      </p>
      {asked.value !== null ? (
        <ConfirmReset cellId={cell.cell_id} asked={asked.value} present={stopId} onDone={done} />
      ) : (
        <div class="orders__reset">
          <button type="button" class="button" disabled={stopId === null} onClick={ask}>
            {t("reset")}
          </button>
          <span class="faint">{t("resetHint")}</span>
        </div>
      )}
    </section>
  );
}

/** Stop and Reset: two buttons far apart in meaning. Stop acts at once; Reset asks, and names the stop that was seen. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { resetCell, stopCell, wordsFor } from "../../api/rest";
import { say } from "../../i18n";
import { CAUSE_WORDS } from "../../i18n/arm";
import { Dialog } from "../../ui/Dialog";
import type { Cause, CellCard } from "../../wire";
import type { Seen } from "./summary";
import { t } from "./words";

type OrdersProps = { cell: CellCard; seen: Seen | null; stopThroughCell: (reason: string) => boolean };
type Asked = { readonly stopId: string; readonly cause: Cause };

function StopMark(): JSX.Element {
  return (
    <svg viewBox="0 0 24 24" aria-hidden="true">
      <rect x="7" y="5" width="3.5" height="14" rx="1" />
      <rect x="13.5" y="5" width="3.5" height="14" rx="1" />
    </svg>
  );
}

function ResetDialog(props: { cellId: string; asked: Asked; present: string | null; onDone: (words: string) => void }): JSX.Element {
  const { cellId, asked, present, onDone } = props;
  const busy = useSignal(false);
  const send = async (): Promise<void> => {
    busy.value = true;
    try {
      const answer = await resetCell(cellId, { stop_id: asked.stopId });
      onDone(answer.done ? t("resetDone") : `${t("resetFailed")} ${answer.reason}`);
    } catch (error) {
      onDone(`${t("resetFailed")} ${wordsFor(error)}`);
    }
  };
  return (
    <Dialog title={t("resetTitle")} onClose={() => onDone("")}>
      <dl class="facts">
        <dt>{t("stopIs")}</dt>
        <dd>
          <code>{asked.stopId}</code>
        </dd>
        <dt>{say(CAUSE_WORDS[asked.cause])}</dt>
        <dd />
      </dl>
      <p class="soft">{t("resetText")}</p>
      <p class="orders__check">{t("resetCheck")}</p>
      {present !== asked.stopId && (
        <p class="form__trouble" role="alert">
          {t("changed")}
        </p>
      )}
      <div class="form__actions">
        <button type="button" class="button button--quiet" onClick={() => onDone("")}>
          {t("cancel")}
        </button>
        <button type="button" class="button" disabled={busy.value || present !== asked.stopId} onClick={() => void send()}>
          {t("resetGo")}
        </button>
      </div>
    </Dialog>
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
  return (
    <section class="orders">
      <button type="button" class="orders__stop" onClick={() => void stop()}>
        <StopMark />
        {t("stop")}
      </button>
      <p class="faint">{t("stopHint")}</p>
      <p class="orders__words" role="alert">
        {words.value}
      </p>
      <div class="orders__reset">
        <button
          type="button"
          class="button"
          disabled={stopId === null}
          onClick={() => {
            if (stopId !== null) asked.value = { stopId, cause: seen?.cause ?? "none" };
          }}
        >
          {t("reset")}
        </button>
        <span class="faint">{t("resetHint")}</span>
      </div>
      {asked.value !== null && (
        <ResetDialog
          cellId={cell.cell_id}
          asked={asked.value}
          present={stopId}
          onDone={(done) => {
            asked.value = null;
            words.value = done;
          }}
        />
      )}
    </section>
  );
}

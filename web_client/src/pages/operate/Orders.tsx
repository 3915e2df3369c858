/** Stop acts at once. Reset, rest and wake ask first, and name what was on screen at the press: the stop, its generation. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { resetCell, restCell, stopCell, wordsFor } from "../../api/rest";
import { say } from "../../i18n";
import { causeLine } from "../../i18n/arm";
import type { Cause, CellCard, OrderAnswer } from "../../wire";
import { canRest, canWake, type Seen } from "./summary";
import { t } from "./words";

type OrdersProps = { cell: CellCard; seen: Seen | null; stopThroughCell: (reason: string) => boolean };
type Asked = {
  readonly kind: "reset" | "rest" | "wake";
  readonly stopId: string;
  readonly cause: Cause;
  readonly stopGeneration: number;
};

function StopMark(): JSX.Element {
  return (
    <svg viewBox="0 0 24 24" aria-hidden="true">
      <rect x="4" y="4" width="16" height="16" rx="2" />
    </svg>
  );
}

type ConfirmProps = {
  title: string;
  detail: JSX.Element | null;
  check: string;
  go: string;
  unchanged: boolean;
  send: () => Promise<string>;
  onDone: (words: string) => void;
};

/** Asks in place, not over the page: Stop stays in sight and in reach. */
function Confirm({ title, detail, check, go, unchanged, send, onDone }: ConfirmProps): JSX.Element {
  const busy = useSignal(false);
  const cancel = useRef<HTMLButtonElement>(null);
  useEffect(() => cancel.current?.focus(), []);
  const press = async (): Promise<void> => {
    busy.value = true;
    onDone(await send());
  };
  return (
    <div class="orders__confirm" role="group" aria-label={title}>
      <p>
        {title} {detail}
      </p>
      {unchanged ? (
        <p class="orders__check">{check}</p>
      ) : (
        <p class="orders__words" role="alert">
          {t("changed")}
        </p>
      )}
      <div class="form__actions">
        <button ref={cancel} type="button" class="button button--small" onClick={() => onDone("")}>
          {t("cancel")}
        </button>
        <button type="button" class="button button--small" disabled={busy.value || !unchanged} onClick={() => void press()}>
          {go}
        </button>
      </div>
    </div>
  );
}

/** What came of an order, as words: none when it was done. */
async function outcome(asked: Promise<OrderAnswer>, failed: string): Promise<string> {
  try {
    const answer = await asked;
    return answer.done ? "" : `${failed} ${answer.reason}`;
  } catch (error) {
    return `${failed} ${wordsFor(error)}`;
  }
}

type AskProps = { cellId: string; asked: Asked; seen: Seen | null; onDone: (words: string) => void };

function ConfirmReset({ cellId, asked, seen, onDone }: AskProps): JSX.Element {
  const detail = (
    <>
      <code>{asked.stopId}</code> {say(causeLine(asked.cause))}.
    </>
  );
  return (
    <Confirm
      title={t("resetTitle")}
      detail={detail}
      check={t("resetCheck")}
      go={t("resetGo")}
      unchanged={seen?.mode === "latched" && seen.stopId === asked.stopId}
      send={() => outcome(resetCell(cellId, { stop_id: asked.stopId }), t("resetFailed"))}
      onDone={onDone}
    />
  );
}

function ConfirmRest({ cellId, asked, seen, onDone }: AskProps): JSX.Element {
  return (
    <Confirm
      title={t("restTitle")}
      detail={null}
      check={t("restCheck")}
      go={t("restGo")}
      unchanged={canRest(seen) && seen.stopGeneration === asked.stopGeneration}
      send={() => outcome(restCell(cellId, { stop_generation: asked.stopGeneration }), t("restFailed"))}
      onDone={onDone}
    />
  );
}

/** A reset is what gives torque again, and a reset clears a stop: so one is made, and that very one reset. */
async function wake(cellId: string): Promise<string> {
  try {
    const stopped = await stopCell(cellId, { reason: t("wakeReason") });
    if (!stopped.done) return `${t("wakeFailed")} ${stopped.reason}`;
    return await outcome(resetCell(cellId, { stop_id: stopped.stop_id }), t("wakeFailed"));
  } catch (error) {
    return `${t("wakeFailed")} ${wordsFor(error)}`;
  }
}

function ConfirmWake({ cellId, asked, seen, onDone }: AskProps): JSX.Element {
  return (
    <Confirm
      title={t("wakeTitle")}
      detail={null}
      check={t("resetCheck")}
      go={t("wakeGo")}
      unchanged={canWake(seen) && seen.stopGeneration === asked.stopGeneration}
      send={() => wake(cellId)}
      onDone={onDone}
    />
  );
}

type AskButtonsProps = { seen: Seen | null; onAsk: (asked: Asked) => void };

/** Reset, and rest or wake, each only while it can be had. */
function AskButtons({ seen, onAsk }: AskButtonsProps): JSX.Element {
  const stopId = seen?.mode === "latched" ? seen.stopId : null;
  const ask = (kind: Asked["kind"]): void =>
    onAsk({ kind, stopId: stopId ?? "", cause: seen?.cause ?? "none", stopGeneration: seen?.stopGeneration ?? 0 });
  return (
    <>
      <div class="orders__reset">
        <button type="button" class="button" disabled={stopId === null} onClick={() => ask("reset")}>
          {t("reset")}
        </button>
        <span class="faint">{t("resetHint")}</span>
      </div>
      {canWake(seen) ? (
        <div class="orders__reset">
          <button type="button" class="button" onClick={() => ask("wake")}>
            {t("wake")}
          </button>
          <span class="faint">{t("wakeHint")}</span>
        </div>
      ) : (
        <div class="orders__reset">
          <button type="button" class="button" disabled={!canRest(seen)} onClick={() => ask("rest")}>
            {t("rest")}
          </button>
          <span class="faint">{t("restHint")}</span>
        </div>
      )}
    </>
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
  const ask = (wish: Asked): void => {
    words.value = "";
    asked.value = wish;
  };
  const done = (came: string): void => {
    asked.value = null;
    words.value = came;
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
      {asked.value === null && <AskButtons seen={seen} onAsk={ask} />}
      {asked.value?.kind === "reset" && <ConfirmReset cellId={cell.cell_id} asked={asked.value} seen={seen} onDone={done} />}
      {asked.value?.kind === "rest" && <ConfirmRest cellId={cell.cell_id} asked={asked.value} seen={seen} onDone={done} />}
      {asked.value?.kind === "wake" && <ConfirmWake cellId={cell.cell_id} asked={asked.value} seen={seen} onDone={done} />}
    </section>
  );
}

/** The operator's live link to one cell: pictures and arm state straight from the cell, drawn ten times a second. */
import { useSignal, type ReadonlySignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { viewCell } from "../../api/rest";
import { CellLink } from "../../link/cell_link";
import type { State } from "../../wire";

const DRAWN_EVERY_MS = 100;
const STATE_OLD_AFTER_MS = 1_500;
const TICKET_AGAIN_MS = 3_000;
const TRIES_PER_TICKET = 4;

/** What the page draws; `state` is null while nothing fresh arrives. */
export interface Watched {
  readonly state: ReadonlySignal<State | null>;
  readonly streams: ReadonlySignal<readonly (MediaStream | null)[]>;
  readonly roundTripMs: ReadonlySignal<number | null>;
  /** Latches the arm straight through the cell; false when the link is not open. */
  readonly stop: (reason: string) => boolean;
}

function stopId(): string {
  return `stop-${crypto.getRandomValues(new Uint32Array(2)).join("-")}`;
}

/** Watches a cell while the page is open; the hub's status serves until the link is up. */
export function useCell(cellId: string, online: boolean): Watched {
  const state = useSignal<State | null>(null);
  const streams = useSignal<readonly (MediaStream | null)[]>([]);
  const roundTripMs = useSignal<number | null>(null);
  const link = useRef<CellLink | null>(null);
  useEffect(() => {
    if (!online) return undefined;
    let newest: { state: State; at: number } | null = null;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let ended = false;
    const open = async (): Promise<void> => {
      try {
        const { ticket } = await viewCell(cellId);
        if (ended) return;
        link.current?.close();
        link.current = new CellLink(
          { cellId, ticket },
          {
            state: (next, at) => {
              newest = { state: next, at };
            },
          },
        );
        link.current.start();
      } catch {
        timer = setTimeout(() => void open(), TICKET_AGAIN_MS); // the still pictures go on meanwhile
      }
    };
    const draw = setInterval(() => {
      const fresh = newest !== null && performance.now() - newest.at < STATE_OLD_AFTER_MS ? newest.state : null;
      state.value = fresh;
      streams.value = link.current?.streams.value ?? [];
      const clock = link.current?.clock ?? null;
      roundTripMs.value = fresh === null || clock === null ? null : clock.roundTrip / 1000;
      const status = link.current?.status.value;
      if (status?.kind !== "connecting" || status.attempt <= TRIES_PER_TICKET) return;
      link.current?.close();
      link.current = null;
      timer = setTimeout(() => void open(), TICKET_AGAIN_MS); // its ticket may have run out
    }, DRAWN_EVERY_MS);
    void open();
    return () => {
      ended = true;
      clearTimeout(timer);
      clearInterval(draw);
      link.current?.close();
      link.current = null;
    };
  }, [cellId, online]);
  const stop = (reason: string): boolean =>
    link.current?.sendEvent({ type: "stop_pressed", version: 1, stop_id: stopId(), reason }) ?? false;
  return { state, streams, roundTripMs, stop };
}

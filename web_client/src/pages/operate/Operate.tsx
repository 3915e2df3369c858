/** One cell for its operator: what it does, why, what to do next, and the way to stop it, on one screen. */
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { live } from "../../api/live";
import { RoleGate } from "../../app/RoleGate";
import { Link } from "../../app/router";
import { say } from "../../i18n";
import { duration } from "../../i18n/format";
import { Notice, Waiting } from "../../ui/parts";
import type { CellCard } from "../../wire";
import { Facts } from "./Facts";
import { Joints } from "./Joints";
import { Orders } from "./Orders";
import { Pictures } from "./Pictures";
import { aged, seenOf, summary, type Seen, type Summary } from "./summary";
import { useCell } from "./useCell";
import { useNow } from "./useNow";
import { t } from "./words";
import "./operate.css";

/** Seconds since `key` last changed, and whether that change was seen (else the true time is longer). */
function useSince(key: string): { seconds: number; seen: boolean } {
  const start = useRef({ key, at: performance.now(), seen: false });
  if (start.current.key !== key) start.current = { key, at: performance.now(), seen: true };
  const now = useNow();
  return { seconds: Math.max(0, (now - start.current.at) / 1000), seen: start.current.seen };
}

function Head({ head, seen, note }: { head: Summary; seen: Seen | null; note: string }): JSX.Element {
  const since = useSince(`${head.word.en} ${seen?.cause} ${seen?.stopId}`);
  const time = duration(since.seconds);
  return (
    <section class={`state state--${head.urgency}`}>
      <div role="status" aria-live="assertive">
        <h1 class="state__word">{say(head.word)}</h1>
        <p class="state__cause">{say(head.cause)}</p>
      </div>
      <p class="state__since number">
        {since.seen ? t("since", { time }) : t("sinceLonger", { time })}
        {seen?.mode === "latched" && seen.stopId !== null && (
          <span>
            {" · "}
            {t("stopIs")} <code>{seen.stopId}</code>
          </span>
        )}
      </p>
      {note !== "" && (
        <p class="state__note" role="status">
          {t("driveSays")} <span lang="en">{note}</span>
        </p>
      )}
      <p class="state__next">
        <b>{t("next")}</b> {say(head.advice)}
      </p>
    </section>
  );
}

function Console({ cell: card }: { cell: CellCard }): JSX.Element {
  useNow();
  const cell = aged(card, live.silence());
  const watched = useCell(cell.cell_id, cell.online);
  const state = watched.state.value;
  const seen = seenOf(cell, state);
  const head = summary(cell, seen, state !== null);
  return (
    <div class="console">
      <div class="console__title">
        <Link to={{ page: "cells" }}>{t("allCells")}</Link>
        <span aria-hidden="true">/</span>
        <strong>{say(cell.name)}</strong>
        <span class="faint">{cell.source === "sim" ? t("sim") : t("real")}</span>
        <span class="faint">{cell.arm}</span>
      </div>
      <Pictures cell={cell} streams={watched.streams.value} roundTripMs={watched.roundTripMs.value} />
      <div class="console__side">
        <Head head={head} seen={seen} note={cell.bus_note} />
        <Orders cell={cell} seen={seen} stopThroughCell={watched.stop} />
      </div>
      <Joints joints={cell.joints} seen={seen} />
      <Facts cell={cell} seen={seen} linked={state !== null} />
    </div>
  );
}

function Cell({ cellId }: { cellId: string }): JSX.Element {
  const lobby = live.lobby.value;
  const cell = lobby?.cells.find((candidate) => candidate.cell_id === cellId);
  if (lobby === null) return <Waiting />;
  if (cell !== undefined) return <Console cell={cell} />;
  return (
    <Notice title={t("noCell")} text={t("noCellText")}>
      <Link class="button" to={{ page: "cells" }}>
        {t("allCells")}
      </Link>
    </Notice>
  );
}

/** The operator's page of one cell. */
export default function Operate({ cellId }: { cellId: string }): JSX.Element {
  return (
    <RoleGate role="operator">
      <Cell cellId={cellId} />
    </RoleGate>
  );
}

/** All cells, those that need a person first. */
import type { JSX } from "preact";
import { live } from "../../api/live";
import { RoleGate } from "../../app/RoleGate";
import { Link } from "../../app/router";
import { say } from "../../i18n";
import { CellView } from "../../ui/CellView";
import { Notice, Waiting } from "../../ui/parts";
import type { CellCard } from "../../wire";
import { aged, bySeverity, seenOf, summary } from "./summary";
import { useNow } from "./useNow";
import { t } from "./words";
import "./operate.css";

function Tile({ cell }: { cell: CellCard }): JSX.Element {
  const head = summary(cell, seenOf(cell, null), false);
  return (
    <Link to={{ page: "operate", cellId: cell.cell_id }} class={`cell cell--${head.urgency}`}>
      <CellView cell={cell} />
      <div class="cell__body">
        <h2>
          {say(cell.name)} <small>{cell.source === "sim" ? t("sim") : t("real")}</small>
        </h2>
        <p class="cell__word">{say(head.word)}</p>
        <p>{say(head.cause)}</p>
        <p class="faint">
          {t("driver")}: {cell.driver ?? t("nobody")} · {t("queueValue", { n: cell.queue_length })}
        </p>
      </div>
    </Link>
  );
}

function List(): JSX.Element {
  const lobby = live.lobby.value;
  useNow();
  if (lobby === null) return <Waiting />;
  if (lobby.cells.length === 0) return <Notice title={t("none")} text={t("noneText")} />;
  return (
    <>
      <h1>{t("cells")}</h1>
      <p class="soft">{t("lead")}</p>
      <div class="cells">
        {bySeverity(lobby.cells.map((cell) => aged(cell, live.silence()))).map((cell) => (
          <Tile key={cell.cell_id} cell={cell} />
        ))}
      </div>
    </>
  );
}

/** The fleet page. */
export default function Cells(): JSX.Element {
  return (
    <RoleGate role="operator">
      <List />
    </RoleGate>
  );
}

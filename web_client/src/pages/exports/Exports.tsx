/** All exports: how far each is, what it kept and left out, where it lies. */
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { cancelExport, getExports, resumeExport } from "../../api/rest";
import { RoleGate } from "../../app/RoleGate";
import { Link } from "../../app/router";
import { moment, number } from "../../i18n/format";
import { Badge, Notice, Waiting } from "../../ui/parts";
import { useLoaded } from "../../ui/useLoaded";
import { useTask } from "../../ui/useTask";
import type { ExportCard } from "../../wire";
import { sizeOf } from "../episodes/sizes";
import { canCancel, canResume, leftOut, stateWord, stepWord, toneOf, troubleWord, underWay } from "./tell";
import { t } from "./words";
import "./exports.css";

const LOOK_MS = 1_000;
const IDLE_LOOK_MS = 15_000;

function Counts({ card }: { card: ExportCard }): JSX.Element {
  const out = leftOut(card);
  return (
    <details class="export__counts" open={out > 0}>
      <summary class="number">{t("sum", { kept: number(card.kept), out: number(out), all: number(card.captured) })}</summary>
      {out > 0 && (
        <table>
          <thead>
            <tr>
              <th scope="col">{t("rule")}</th>
              <th scope="col">{t("leftOut")}</th>
            </tr>
          </thead>
          <tbody>
            {card.left_out.map((one) => (
              <tr key={one.rule}>
                <th scope="row">{one.rule}</th>
                <td class="number">{number(one.episodes)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {card.gone.length > 0 && (
        <p class="soft">
          {t("gone")}: {card.gone.join(", ")}
        </p>
      )}
    </details>
  );
}

function Underway({ card }: { card: ExportCard }): JSX.Element {
  const word = stepWord(card);
  return (
    <div class="export__progress">
      <progress aria-label={t("progress")} max={Math.max(1, card.total)} value={card.step === "" ? undefined : card.done} />
      <p class="soft number" role="status">
        {word}
      </p>
    </div>
  );
}

function Result({ card }: { card: ExportCard }): JSX.Element {
  return (
    <dl class="export__result">
      <dt>{t("place")}</dt>
      <dd>
        <code>{card.place}</code>
      </dd>
      <dt>{t("size")}</dt>
      <dd class="number">{sizeOf(card.bytes)}</dd>
    </dl>
  );
}

function Export({ card, onChange }: { card: ExportCard; onChange: () => void }): JSX.Element {
  const task = useTask();
  const act = (action: (id: string) => Promise<unknown>): Promise<void> =>
    task.run(async () => {
      await action(card.export_id);
      onChange();
      return undefined;
    });
  const trouble = troubleWord(card);
  return (
    <li class="export card">
      <header class="export__head">
        <h2>
          {card.recipe} → {t(card.form)}
        </h2>
        <Badge tone={toneOf(card)}>{stateWord(card)}</Badge>
        <span class="faint">{moment(card.asked_utc_ns)}</span>
        <span class="faint number">
          {t("captured")}: {number(card.captured)}
        </span>
        <span class="export__acts">
          {canResume(card) && (
            <button type="button" class="button button--small" disabled={task.busy.value} onClick={() => void act(resumeExport)}>
              {t("resume")}
            </button>
          )}
          {canCancel(card) && (
            <button type="button" class="button button--small" disabled={task.busy.value} onClick={() => void act(cancelExport)}>
              {t("cancel")}
            </button>
          )}
        </span>
      </header>
      {card.state === "running" && <Underway card={card} />}
      {trouble !== "" && <p>{trouble}</p>}
      {card.detail !== "" && <pre class="export__detail">{card.detail}</pre>}
      {card.state === "done" && <Result card={card} />}
      {(card.state === "done" || card.left_out.length > 0) && <Counts card={card} />}
      <p class="form__trouble" role="alert">
        {task.trouble.value}
      </p>
    </li>
  );
}

function List(): JSX.Element {
  const loaded = useLoaded(getExports, []);
  const cards = loaded.value?.exports ?? [];
  useEffect(() => {
    if (loaded.value === null) return undefined; // its trouble has a button
    const often = underWay(cards) || loaded.trouble !== "";
    const timer = setTimeout(loaded.again, often ? LOOK_MS : IDLE_LOOK_MS);
    return () => clearTimeout(timer);
  }, [loaded.value, loaded.trouble]);
  if (loaded.trouble !== "" && loaded.value === null) {
    return (
      <Notice title={t("failed")} text={loaded.trouble}>
        <button type="button" class="button" onClick={loaded.again}>
          {t("again")}
        </button>
      </Notice>
    );
  }
  if (loaded.value === null) return <Waiting />;
  if (cards.length === 0) {
    return (
      <Notice title={t("none")} text={t("noneText")}>
        <Link class="button" to={{ page: "episodes" }}>
          {t("toEpisodes")}
        </Link>
      </Notice>
    );
  }
  return (
    <>
      <Link to={{ page: "episodes" }}>{t("toEpisodes")}</Link>
      <h1>{t("exports")}</h1>
      <p class="soft">{t("lead")}</p>
      <p class="form__trouble" role="alert">
        {loaded.trouble}
      </p>
      <ul class="exports">
        {cards.map((card) => (
          <Export key={card.export_id} card={card} onChange={loaded.again} />
        ))}
      </ul>
    </>
  );
}

/** The page of exports. */
export default function Exports(): JSX.Element {
  return (
    <RoleGate role="researcher">
      <List />
    </RoleGate>
  );
}

/** Who drives, and how bus, cameras, recorder and link are doing; plain while normal. */
import type { ComponentChildren, JSX } from "preact";
import { say } from "../../i18n";
import { POSTURE_WORDS } from "../../i18n/arm";
import { duration, number } from "../../i18n/format";
import type { CellCard } from "../../wire";
import type { Seen } from "./summary";
import { t } from "./words";

const STALE_AFTER_S = 3;

function Fact({ label, odd = false, children }: { label: string; odd?: boolean; children: ComponentChildren }): JSX.Element {
  return (
    <div class={odd ? "fact fact--act" : "fact"}>
      <dt>{label}</dt>
      <dd class="number">{children}</dd>
    </div>
  );
}

function driverWords(cell: CellCard): string {
  if (cell.driver === null) return t("nobody");
  if (cell.driver_since_s === null) return cell.driver;
  return t("forTime", { name: cell.driver, time: duration(cell.driver_since_s) });
}

type FactsProps = { cell: CellCard; seen: Seen | null; linked: boolean };

/** The list of facts. */
export function Facts({ cell, seen, linked }: FactsProps): JSX.Element {
  const volts = seen?.voltages ?? null;
  const busOk = seen?.busOk ?? cell.bus_ok;
  return (
    <dl class="facts-panel">
      <Fact label={t("driver")}>{driverWords(cell)}</Fact>
      <Fact label={t("queue")}>{t("queueValue", { n: cell.queue_length })}</Fact>
      <Fact label={t("bus")} odd={!busOk}>
        {busOk ? t("ok") : t("lost")}
      </Fact>
      <Fact label={t("posture")} odd={seen !== null && seen.posture !== "held"}>
        {seen === null ? t("unknown") : say(POSTURE_WORDS[seen.posture])}
      </Fact>
      <Fact label={t("viewers")}>{number(cell.viewers)}</Fact>
      <Fact label={t("cameras")} odd={!cell.cameras_ok}>
        {cell.cameras_ok ? t("ok") : t("failed")}
      </Fact>
      <Fact label={t("supply")}>
        {volts === null || volts.length === 0 ? "–" : t("volts", { n: number(Math.min(...volts), 1) })}
      </Fact>
      <Fact label={t("recorder")} odd={cell.recorder === "failed"}>
        {cell.recorder === "failed" ? t("failed") : t(cell.recorder)}
      </Fact>
      <Fact label={t("status")} odd={!linked && cell.status_age_s > STALE_AFTER_S}>
        {t("ageValue", { n: linked ? "0" : number(cell.status_age_s, 1) })}
      </Fact>
    </dl>
  );
}

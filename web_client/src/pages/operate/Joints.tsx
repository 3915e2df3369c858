/** Every joint as a bar against its limits, with its temperature. */
import type { JSX } from "preact";
import { number } from "../../i18n/format";
import type { JointLimits } from "../../wire";
import { fraction, heat, overLimit, type Seen } from "./summary";
import { t } from "./words";

const COLDEST_C = 15;
const HOTTEST_C = 75;
const DEGREES = 180 / Math.PI;

function percent(part: number): string {
  return `${(part * 100).toFixed(1)}%`;
}

function PositionBar({ joint, position, goal }: { joint: JointLimits; position: number; goal: number | undefined }): JSX.Element {
  const { lower_rad: lower, upper_rad: upper } = joint;
  const odd = overLimit(position, lower, upper);
  return (
    <div
      class={odd ? "bar bar--attention" : "bar"}
      role="meter"
      aria-label={`${joint.name}, ${t("position")}`}
      aria-valuemin={Math.round(lower * DEGREES)}
      aria-valuemax={Math.round(upper * DEGREES)}
      aria-valuenow={Math.round(position * DEGREES)}
    >
      <i class="bar__zero" style={{ left: percent(fraction(0, lower, upper)) }} />
      {goal !== undefined && <i class="bar__goal" style={{ left: percent(fraction(goal, lower, upper)) }} />}
      <i class="bar__mark" style={{ left: percent(fraction(position, lower, upper)) }} />
    </div>
  );
}

function HeatBar({ name, celsius }: { name: string; celsius: number }): JSX.Element {
  return (
    <div
      class={`bar bar--heat bar--${heat(celsius)}`}
      role="meter"
      aria-label={`${name}, ${t("temperature")}`}
      aria-valuemin={COLDEST_C}
      aria-valuemax={HOTTEST_C}
      aria-valuenow={Math.round(celsius)}
    >
      <i class="bar__fill" style={{ width: percent(fraction(celsius, COLDEST_C, HOTTEST_C)) }} />
    </div>
  );
}

function Row({ joint, index, seen }: { joint: JointLimits; index: number; seen: Seen | null }): JSX.Element {
  const position = seen?.positions[index];
  const celsius = seen?.temperatures[index];
  const odd = position !== undefined && overLimit(position, joint.lower_rad, joint.upper_rad);
  return (
    <tr>
      <th scope="row">{joint.name.replaceAll("_", " ")}</th>
      <td class="joints__bar">
        {position !== undefined && <PositionBar joint={joint} position={position} goal={seen?.goals?.[index]} />}
      </td>
      <td class={odd ? "number joints__value attention" : "number joints__value"}>
        {position === undefined ? "–" : t("degrees", { n: number(position * DEGREES) })}
      </td>
      <td class="joints__bar joints__bar--heat">{celsius !== undefined && <HeatBar name={joint.name} celsius={celsius} />}</td>
      <td class={`number joints__value ${celsius === undefined ? "" : heat(celsius)}`}>
        {celsius === undefined ? "–" : t("celsius", { n: number(celsius) })}
      </td>
    </tr>
  );
}

/** The table of joints. */
export function Joints({ joints, seen }: { joints: readonly JointLimits[]; seen: Seen | null }): JSX.Element {
  return (
    <section class="joints">
      <table>
        <thead>
          <tr>
            <th scope="col">{t("joints")}</th>
            <th scope="col" colSpan={2}>
              {t("position")}
            </th>
            <th scope="col" colSpan={2}>
              {t("temperature")}
            </th>
          </tr>
        </thead>
        <tbody>
          {joints.map((joint, index) => (
            <Row key={joint.name} joint={joint} index={index} seen={seen} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** What was saved before, and how far author and reviewer agree: here, in this puzzle, and in all episodes. */
import type { JSX } from "preact";
import { getAnnotationSet } from "../../../api/rest";
import { moment, number } from "../../../i18n/format";
import { useLoaded } from "../../../ui/useLoaded";
import type { Agreement, AnnotationSet } from "../../../wire";
import { t } from "./words";
import type { Work } from "./work";

function share(value: number | null): string {
  return value === null ? "–" : `${number(value * 100, 1)} %`;
}

function Figures({ name, found, note }: { name: string; found: Agreement; note: string }): JSX.Element {
  return (
    <tr>
      <th scope="row">{name}</th>
      <td>{note}</td>
      <td class="number">{share(found.agreed)}</td>
      <td class="number">{found.kappa === null ? "–" : number(found.kappa, 2)}</td>
      <td class="number">{found.border_s === null ? "–" : `${number(found.border_s, 2)} s`}</td>
    </tr>
  );
}

function noteOf(set: AnnotationSet): string {
  return t("reviewedOf", { reviewed: set.reviewed, annotated: set.annotated });
}

/** The figures; asked for again whenever something was saved. */
export function AgreementTable({ work, puzzleId }: { work: Work; puzzleId: string }): JSX.Element {
  const saved = work.known.value.revisions.length;
  const puzzle = useLoaded(() => getAnnotationSet(puzzleId), [saved]).value;
  const whole = useLoaded(() => getAnnotationSet(null), [saved]).value;
  const mine = work.known.value.agreement;
  return (
    <section class="annotate__agreement">
      <h3>{t("agreement")}</h3>
      <table>
        <thead>
          <tr>
            <td />
            <th scope="col">{t("episodes")}</th>
            <th scope="col">{t("same")}</th>
            <th scope="col">{t("kappa")}</th>
            <th scope="col">{t("borders")}</th>
          </tr>
        </thead>
        <tbody>
          {mine !== null && <Figures name={t("thisEpisode")} found={mine} note="" />}
          {puzzle !== null && <Figures name={t("thisPuzzle")} found={puzzle.all} note={noteOf(puzzle)} />}
          {whole !== null && <Figures name={t("everything")} found={whole.all} note={noteOf(whole)} />}
          {whole !== null && <Figures name={t("blindOnly")} found={whole.blind} note={number(whole.blind.episodes)} />}
        </tbody>
      </table>
      <p class="faint">{whole?.reviewed === 0 ? t("noneYet") : t("figures")}</p>
    </section>
  );
}

/** The saved states, the newest first; each can be shown again. */
export function History({ work }: { work: Work }): JSX.Element | null {
  const { revisions } = work.known.value;
  if (revisions.length === 0) return null;
  return (
    <section class="annotate__history">
      <h3>{t("history")}</h3>
      <ol reversed>
        {revisions.toReversed().map((one) => (
          <li key={one.number} value={one.number}>
            <span>
              {one.mine ? t("you", { name: one.author }) : one.author} · {moment(one.saved_utc_ns)} · {t(`kind_${one.kind}`)}
              {one.kind !== "edited" && one.begun_from === "proposal" && ` (${t("blindly")})`}
            </span>
            <button type="button" class="button button--small button--quiet" onClick={() => work.show(one.segments)}>
              {t("show")}
            </button>
          </li>
        ))}
      </ol>
    </section>
  );
}

/** Saving and reviewing: what is saved by whom, and the buttons that change it. */
import type { JSX } from "preact";
import { getAnnotations, saveAnnotation, Trouble } from "../../../api/rest";
import { ask } from "../../../app/dialogs";
import { moment } from "../../../i18n/format";
import type { Task } from "../../../ui/useTask";
import { t } from "./words";
import { newestOf, type Work } from "./work";

/** Saves what the page shows; a conflict fetches what others saved, and keeps the edits. */
export async function save(work: Work, task: Task, review: boolean): Promise<void> {
  const episodeId = work.known.value.episode_id;
  await task.run(async () => {
    try {
      work.adopt(await saveAnnotation(episodeId, work.wish(review)));
    } catch (error) {
      if (error instanceof Trouble && error.reason === "annotation_conflict") work.learn(await getAnnotations(episodeId));
      throw error;
    }
    return undefined;
  });
}

/** Signs in when nobody is, and finds out anew who wrote what. */
async function signIn(work: Work, task: Task): Promise<void> {
  if (!(await ask("signIn"))) return;
  await task.run(async () => {
    work.learn(await getAnnotations(work.known.value.episode_id));
    return undefined;
  });
}

/** One sentence about what is saved. */
export function standing(work: Work): string {
  const newest = newestOf(work.known.value);
  if (newest === null) return t("proposed");
  const values = { name: newest.author, when: moment(newest.saved_utc_ns) };
  return t(newest.kind === "edited" ? "savedBy" : newest.kind === "accepted" ? "acceptedBy" : "correctedBy", values);
}

type SavingProps = { work: Work; task: Task };

function Review({ work, task }: SavingProps): JSX.Element {
  const changed = work.changed.value;
  return (
    <>
      <button
        type="button"
        class="button button--small button--primary"
        disabled={task.busy.value}
        onClick={() => void save(work, task, true)}
      >
        {changed ? t("correct") : t("accept")}
      </button>
      {!work.blind.value && (
        <button type="button" class="button button--small" title={t("blindWhy")} onClick={() => work.reviewBlind()}>
          {t("blind")}
        </button>
      )}
    </>
  );
}

/** The line under the lane. */
export function Saving({ work, task }: SavingProps): JSX.Element {
  const known = work.known.value;
  const newest = newestOf(known);
  const pending = work.changed.value || newest === null;
  return (
    <div class="annotate__saving">
      <p class="soft" role="status">
        {standing(work)} {newest !== null && work.changed.value && t("unsaved")} {work.blind.value && t("blindOn")}
      </p>
      <div class="annotate__tools">
        {!known.can_save ? (
          <button type="button" class="button button--small button--primary" onClick={() => void signIn(work, task)}>
            {t("signIn")}
          </button>
        ) : (
          <>
            {work.reviewable.value && <Review work={work} task={task} />}
            {!work.blind.value && (
              <button
                type="button"
                class={`button button--small ${work.reviewable.value ? "" : "button--primary"}`}
                disabled={task.busy.value || !pending}
                onClick={() => void save(work, task, false)}
              >
                {t("save")}
              </button>
            )}
          </>
        )}
        <button type="button" class="button button--small button--quiet" onClick={() => work.show(known.proposal)}>
          {t("proposal")}
        </button>
        {newest !== null && work.changed.value && (
          <button type="button" class="button button--small button--quiet" onClick={() => work.adopt(known)}>
            {t("theirs")}
          </button>
        )}
      </div>
      <p class="form__trouble" role="alert">
        {task.trouble.value}
      </p>
    </div>
  );
}

/** The form that turns the chosen set into an export. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { getExports, startExport } from "../../api/rest";
import { Link, navigate } from "../../app/router";
import { number } from "../../i18n/format";
import { Inline } from "../../ui/Markdown";
import { Waiting } from "../../ui/parts";
import { useLoaded } from "../../ui/useLoaded";
import { useTask } from "../../ui/useTask";
import type { ExportForm, Exports, Language, Search } from "../../wire";
import { t } from "./words";
import "./exports.css";

function Form({ search, episodes, offered }: { search: Search; episodes: number; offered: Exports }): JSX.Element {
  const recipe = useSignal(offered.recipe);
  const form = useSignal<ExportForm>("lerobot");
  const fps = useSignal(30);
  const licence = useSignal("");
  const spoken = useSignal<Language>("en");
  const task = useTask();
  const start = (): Promise<void> =>
    task.run(async () => {
      await startExport({
        search: { ...search, page: 1 },
        recipe: recipe.value,
        form: form.value,
        fps: fps.value,
        licence: licence.value,
        language: spoken.value,
      });
      navigate({ page: "exports" });
      return undefined;
    });
  return (
    <form
      class="start"
      onSubmit={(event) => {
        event.preventDefault();
        void start();
      }}
    >
      <label class="field start__recipe">
        <span>{t("recipe")}</span>
        <textarea
          rows={12}
          spellcheck={false}
          maxLength={8000}
          required
          value={recipe.value}
          onInput={(event) => {
            recipe.value = event.currentTarget.value;
          }}
        />
      </label>
      <p class="faint start__recipe">
        <Inline text={t("recipeHint")} />
      </p>
      <label class="field">
        <span>{t("form")}</span>
        <select
          value={form.value}
          onChange={(event) => {
            form.value = event.currentTarget.value as ExportForm;
          }}
        >
          {offered.forms.map((one) => (
            <option key={one} value={one}>
              {t(one)}
            </option>
          ))}
        </select>
      </label>
      <label class="field">
        <span>{t("fps")}</span>
        <input
          type="number"
          min={1}
          max={200}
          step={1}
          required
          value={fps.value}
          onInput={(event) => {
            fps.value = event.currentTarget.valueAsNumber;
          }}
        />
      </label>
      <label class="field">
        <span>{t("licence")}</span>
        <input
          maxLength={80}
          placeholder={t("licenceHint")}
          value={licence.value}
          onInput={(event) => {
            licence.value = event.currentTarget.value;
          }}
        />
      </label>
      <label class="field">
        <span>{t("spoken")}</span>
        <select
          value={spoken.value}
          onChange={(event) => {
            spoken.value = event.currentTarget.value as Language;
          }}
        >
          <option value="en">English</option>
          <option value="zh">中文</option>
        </select>
      </label>
      <div class="start__do">
        <button type="submit" class="button button--primary" disabled={task.busy.value || !offered.may_ask || episodes === 0}>
          {t("start", { n: number(episodes) })}
        </button>
        <Link to={{ page: "exports" }}>{t("toExports")}</Link>
      </div>
      <p class="form__trouble start__recipe" role="alert">
        {task.trouble.value === "" && !offered.may_ask ? t("full") : task.trouble.value}
      </p>
    </form>
  );
}

function Loading({ search, episodes }: { search: Search; episodes: number }): JSX.Element {
  const offered = useLoaded(getExports, []);
  if (offered.trouble !== "") return <p role="alert">{offered.trouble}</p>;
  if (offered.value === null) return <Waiting />;
  return <Form search={search} episodes={episodes} offered={offered.value} />;
}

/** Closed at first; asks the hub what it offers when it is opened. */
export function StartExport({ search, episodes }: { search: Search; episodes: number }): JSX.Element {
  const opened = useSignal(false);
  return (
    <details
      class="card start__card"
      onToggle={(event) => {
        opened.value = opened.value || event.currentTarget.open;
      }}
    >
      <summary>{t("open")}</summary>
      {opened.value && <Loading search={search} episodes={episodes} />}
    </details>
  );
}

/** Takes a pseudonym, or lets the hub invent one. */
import { useSignal, type Signal } from "@preact/signals";
import type { JSX } from "preact";
import { words } from "../i18n";
import { Dialog } from "../ui/Dialog";
import { useTask } from "../ui/useTask";
import { signIn } from "./session";

const LONGEST_NAME = 24;
const t = words(
  {
    title: "What shall we call you?",
    lead: "Pick a name for the leaderboard. No e-mail, no password. Choose one that does not tell who you are.",
    name: "Name",
    placeholder: "leave empty and we invent one",
    go: "Continue",
    invent: "Invent one for me",
  },
  {
    title: "怎么称呼你？",
    lead: "取一个显示在排行榜上的昵称。无需邮箱和密码，也请不要使用能看出你是谁的名字。",
    name: "昵称",
    placeholder: "留空则由我们取一个",
    go: "继续",
    invent: "帮我取一个",
  },
);

function NameField({ name }: { name: Signal<string> }): JSX.Element {
  return (
    <label class="field">
      <span>{t("name")}</span>
      <input
        name="pseudonym"
        autocomplete="nickname"
        maxLength={LONGEST_NAME}
        placeholder={t("placeholder")}
        value={name.value}
        onInput={(event) => {
          name.value = event.currentTarget.value;
        }}
      />
    </label>
  );
}

/** Calls `onAnswer(true)` once signed in. */
export function SignInDialog({ onAnswer }: { onAnswer: (completed: boolean) => void }): JSX.Element {
  const name = useSignal("");
  const task = useTask();
  const send = (pseudonym: string): Promise<void> =>
    task.run(async () => {
      await signIn(pseudonym.trim());
      onAnswer(true);
      return undefined;
    });
  return (
    <Dialog title={t("title")} onClose={() => onAnswer(false)}>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          void send(name.value);
        }}
      >
        <p class="soft">{t("lead")}</p>
        <NameField name={name} />
        <p class="form__trouble" role="alert">
          {task.trouble.value}
        </p>
        <div class="form__actions">
          <button type="button" class="button button--quiet" disabled={task.busy.value} onClick={() => void send("")}>
            {t("invent")}
          </button>
          <button type="submit" class="button button--primary" disabled={task.busy.value}>
            {t("go")}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

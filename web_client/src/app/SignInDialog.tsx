/** Takes a pseudonym, or lets the hub invent one. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { wordsFor } from "../api/rest";
import { words } from "../i18n";
import { Dialog } from "../ui/Dialog";
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

/** Calls `onAnswer(true)` once signed in. */
export function SignInDialog({ onAnswer }: { onAnswer: (completed: boolean) => void }): JSX.Element {
  const name = useSignal("");
  const busy = useSignal(false);
  const trouble = useSignal("");
  const send = async (pseudonym: string): Promise<void> => {
    busy.value = true;
    trouble.value = "";
    try {
      await signIn(pseudonym.trim());
      onAnswer(true);
    } catch (error) {
      trouble.value = wordsFor(error);
    } finally {
      busy.value = false;
    }
  };
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
        <p class="form__trouble" role="alert">
          {trouble.value}
        </p>
        <div class="form__actions">
          <button type="button" class="button button--quiet" disabled={busy.value} onClick={() => void send("")}>
            {t("invent")}
          </button>
          <button type="submit" class="button button--primary" disabled={busy.value}>
            {t("go")}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

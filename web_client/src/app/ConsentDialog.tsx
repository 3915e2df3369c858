/** Shows the consent text in force and asks for an explicit yes, once the text was read to its end. */
import { useSignal, type Signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { getConsent } from "../api/rest";
import { say, words } from "../i18n";
import { Dialog } from "../ui/Dialog";
import { LanguageSwitch } from "../ui/LanguageSwitch";
import { Markdown } from "../ui/Markdown";
import { Waiting } from "../ui/parts";
import { useLoaded } from "../ui/useLoaded";
import { useTask } from "../ui/useTask";
import type { ConsentText } from "../wire";
import { answerConsent } from "./session";

const END_SLACK_PX = 24;
const t = words(
  {
    title: "Before your first turn",
    version: "Version {version}",
    scroll: "Please read to the end.",
    agree: "I have read this and agree that my turns are recorded",
    yes: "Agree and play",
    no: "Not now",
    text: "Consent text",
  },
  {
    title: "第一次游玩之前",
    version: "版本 {version}",
    scroll: "请阅读到末尾。",
    agree: "我已阅读，并同意记录我的回合",
    yes: "同意并游玩",
    no: "暂不",
    text: "同意书正文",
  },
);

function ConsentBody({ text, onRead }: { text: ConsentText; onRead: () => void }): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  const look = (): void => {
    const area = box.current;
    if (area !== null && area.scrollTop + area.clientHeight >= area.scrollHeight - END_SLACK_PX) onRead();
  };
  useEffect(look, [text]);
  return (
    <div ref={box} class="consent__text" tabIndex={0} role="region" aria-label={t("text")} onScroll={look}>
      <h3>{say(text.title)}</h3>
      <Markdown text={say(text.body)} />
      <p class="faint">{t("version", { version: text.text_version })}</p>
    </div>
  );
}

function AgreeBox({ read, agreed }: { read: boolean; agreed: Signal<boolean> }): JSX.Element {
  return (
    <label class={read ? "check" : "check check--off"}>
      <input
        type="checkbox"
        name="agree"
        checked={agreed.value}
        disabled={!read}
        onChange={(event) => {
          agreed.value = event.currentTarget.checked;
        }}
      />
      <span>
        {t("agree")}
        {!read && <em>{t("scroll")}</em>}
      </span>
    </label>
  );
}

/** Calls `onAnswer(true)` once the hub stored the consent. */
export function ConsentDialog({ onAnswer }: { onAnswer: (completed: boolean) => void }): JSX.Element {
  const text = useLoaded(getConsent, []);
  const read = useSignal(false);
  const agreed = useSignal(false);
  const task = useTask();
  const send = (version: string): Promise<void> =>
    task.run(async () => {
      await answerConsent(version, true);
      onAnswer(true);
      return undefined;
    });
  const setRead = (): void => {
    read.value = true;
  };
  return (
    <Dialog title={t("title")} wide onClose={() => onAnswer(false)}>
      <form
        class="form consent"
        onSubmit={(event) => {
          event.preventDefault();
          if (text.value !== null) void send(text.value.text_version);
        }}
      >
        <LanguageSwitch />
        {text.value !== null && <ConsentBody text={text.value} onRead={setRead} />}
        {text.value === null && text.trouble === "" && <Waiting />}
        <AgreeBox read={read.value} agreed={agreed} />
        <p class="form__trouble" role="alert">
          {text.trouble}
          {task.trouble.value}
        </p>
        <div class="form__actions">
          <button type="button" class="button button--quiet" onClick={() => onAnswer(false)}>
            {t("no")}
          </button>
          <button type="submit" class="button button--primary" disabled={!agreed.value || task.busy.value}>
            {t("yes")}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

/** Who this browser is: name, roles, consent with its withdrawal, signing out. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { wordsFor } from "../api/rest";
import { words } from "../i18n";
import { Dialog } from "../ui/Dialog";
import { toast } from "../ui/toasts";
import { roleWord } from "./roles";
import { answerConsent, me, signOut, withdrawRecordings } from "./session";

const t = words(
  {
    title: "You",
    name: "Name",
    noName: "none yet; asked before your first turn",
    roles: "Roles",
    consent: "Recording",
    agreed: "agreed to version {version}",
    notAgreed: "not agreed; asked before your first turn",
    withdraw: "Withdraw agreement",
    withdrawn: "Withdrawn. Nothing more is recorded; you are asked again before another turn.",
    erase: "Delete my recordings",
    eraseAsk: "Delete every recording of your turns here for good? Copies that others hold stay with them.",
    eraseYes: "Delete them all",
    erased: "{count} recordings deleted. Nothing more is recorded; you are asked again before another turn.",
    out: "Sign out",
    gone: "Signed out.",
  },
  {
    title: "你的账户",
    name: "昵称",
    noName: "尚无；第一次游玩前会询问",
    roles: "角色",
    consent: "记录",
    agreed: "已同意版本 {version}",
    notAgreed: "未同意；第一次游玩前会询问",
    withdraw: "撤回同意",
    withdrawn: "已撤回，此后不再记录；再次游玩前会重新询问。",
    erase: "删除我的记录",
    eraseAsk: "要永久删除你在这里的所有回合记录吗？他人已持有的副本无法收回。",
    eraseYes: "全部删除",
    erased: "已删除 {count} 条记录，此后不再记录；再次游玩前会重新询问。",
    out: "退出登录",
    gone: "已退出登录。",
  },
);

/** Shows the account; `onAnswer` closes it. */
export function AccountDialog({ onAnswer }: { onAnswer: (completed: boolean) => void }): JSX.Element {
  const busy = useSignal(false);
  const asked = useSignal(false);
  const who = me.value;
  const run = async (action: () => Promise<void | string>, done: string): Promise<void> => {
    busy.value = true;
    try {
      toast((await action()) ?? done);
      onAnswer(true);
    } catch (error) {
      toast(wordsFor(error), true);
      busy.value = false;
    }
  };
  const erase = async (): Promise<string> => t("erased", { count: await withdrawRecordings() });
  const version = who?.consent_version ?? null;
  return (
    <Dialog title={t("title")} onClose={() => onAnswer(false)}>
      <dl class="facts">
        <dt>{t("name")}</dt>
        <dd>{who?.signed_in === true ? who.pseudonym : t("noName")}</dd>
        <dt>{t("roles")}</dt>
        <dd>{who?.roles.map(roleWord).join(" · ")}</dd>
        <dt>{t("consent")}</dt>
        <dd>{version === null ? t("notAgreed") : t("agreed", { version })}</dd>
      </dl>
      {asked.value && <p role="alert">{t("eraseAsk")}</p>}
      <div class="form__actions">
        {version !== null && (
          <button
            type="button"
            class="button button--quiet"
            disabled={busy.value}
            onClick={() => void run(() => answerConsent(version, false), t("withdrawn"))}
          >
            {t("withdraw")}
          </button>
        )}
        {who?.signed_in === true && (
          <button
            type="button"
            class="button button--quiet"
            disabled={busy.value}
            onClick={() => {
              if (asked.value) void run(erase, "");
              else asked.value = true;
            }}
          >
            {t(asked.value ? "eraseYes" : "erase")}
          </button>
        )}
        <button type="button" class="button" disabled={busy.value} onClick={() => void run(signOut, t("gone"))}>
          {t("out")}
        </button>
      </div>
    </Dialog>
  );
}

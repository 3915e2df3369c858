/** Pages for operators and researchers: shown to whoever holds the role, others may hand in a token. */
import { useSignal } from "@preact/signals";
import type { ComponentChildren, JSX } from "preact";
import { useEffect } from "preact/hooks";
import { words } from "../i18n";
import { Waiting } from "../ui/parts";
import { useTask, type Task } from "../ui/useTask";
import { has, me, takeRole } from "./session";
import { tokenIn } from "./token";
import "./role_gate.css";

const SHORTEST_TOKEN = 16;
const t = words(
  {
    operator: "For operators",
    researcher: "For researchers",
    operatorLead: "This page can stop and reset arms, so it asks who you are.",
    researcherLead: "Episodes show what players did, so this page asks who you are.",
    how: "Paste the token. Whoever started Armcade has it: the command prints an address with the token in it, and keeps it in a file with the hub's secrets.",
    token: "Token",
    go: "Continue",
    other: "This token is valid, but for another role.",
  },
  {
    operator: "操作员入口",
    researcher: "研究人员入口",
    operatorLead: "此页面可以停止和复位机械臂，因此需要确认你的身份。",
    researcherLead: "示教记录包含玩家的操作，因此需要确认你的身份。",
    how: "请粘贴令牌。启动 Armcade 的人持有它：命令会打印带令牌的地址，令牌也保存在服务器的密钥文件夹中。",
    token: "令牌",
    go: "继续",
    other: "令牌有效，但属于其他角色。",
  },
);

/** Takes the token out of the address bar and the history entry, so that it is not passed on by copying the address. */
function dropToken(): string | null {
  const token = tokenIn(location.hash);
  if (token !== null) history.replaceState(null, "", location.pathname + location.search);
  return token;
}

function TokenForm({ task, onToken }: { task: Task; onToken: (token: string) => void }): JSX.Element {
  const token = useSignal("");
  return (
    <form
      class="form"
      onSubmit={(event) => {
        event.preventDefault();
        onToken(token.value);
      }}
    >
      <label class="field">
        <span>{t("token")}</span>
        <input
          type="password"
          name="token"
          autocomplete="off"
          required
          minLength={SHORTEST_TOKEN}
          value={token.value}
          onInput={(event) => {
            token.value = event.currentTarget.value;
          }}
        />
      </label>
      <p class="form__trouble" role="alert">
        {task.trouble.value}
      </p>
      <button type="submit" class="button button--primary" disabled={task.busy.value}>
        {t("go")}
      </button>
    </form>
  );
}

type GateProps = { role: "operator" | "researcher"; children: ComponentChildren };

/** Shows its children once the role is held; trades a token in the address by itself. */
export function RoleGate({ role, children }: GateProps): JSX.Element {
  const task = useTask();
  const trade = (given: string): Promise<void> =>
    task.run(async () => {
      const next = await takeRole(given.trim());
      return next.roles.includes(role) ? undefined : t("other");
    });
  useEffect(() => {
    const look = (): void => {
      const given = dropToken();
      if (given !== null) void trade(given);
    };
    look();
    addEventListener("hashchange", look);
    return () => removeEventListener("hashchange", look);
  }, []);
  if (has(role)) return <>{children}</>;
  if (me.value === null) return <Waiting />;
  return (
    <section class="gate card">
      <h1>{t(role)}</h1>
      <p class="soft">{role === "operator" ? t("operatorLead") : t("researcherLead")}</p>
      <p class="faint">{t("how")}</p>
      <TokenForm task={task} onToken={(token) => void trade(token)} />
    </section>
  );
}

/** The frame around every page: header, connection notice, dialogs, toasts, and the way to a granted turn. */
import { useSignal } from "@preact/signals";
import type { ComponentChildren, JSX } from "preact";
import { useEffect } from "preact/hooks";
import { live } from "../api/live";
import { words } from "../i18n";
import { Toasts } from "../ui/toasts";
import { LanguageSwitch } from "../ui/LanguageSwitch";
import { Logo } from "../ui/Logo";
import { ask, Dialogs } from "./dialogs";
import { roleWord } from "./roles";
import { Link, route } from "./router";
import { has, me } from "./session";
import { TurnCall } from "./TurnCall";

const t = words(
  {
    skip: "Skip to the page",
    home: "Armcade, to the lobby",
    pages: "Pages",
    lobby: "Play",
    operate: "Operate",
    episodes: "Episodes",
    account: "Your account: {name}",
    signIn: "Sign in",
    away: "The hub does not answer. Trying again…",
    foot: "Every turn is judged by a camera and kept as a demonstration.",
    forOperators: "For operators",
    forResearchers: "For researchers",
  },
  {
    skip: "跳到正文",
    home: "Armcade，返回大厅",
    pages: "页面",
    lobby: "游玩",
    operate: "操作台",
    episodes: "示教记录",
    account: "你的账户：{name}",
    signIn: "登录",
    away: "服务器没有响应，正在重试…",
    foot: "每一局都由摄像头裁判，并保存为示教数据。",
    forOperators: "操作员入口",
    forResearchers: "研究人员入口",
  },
);

const AWAY_AFTER_MS = 2_500;

function current(pages: readonly string[]): "page" | undefined {
  return pages.includes(route.value.page) ? "page" : undefined;
}

function Pages(): JSX.Element {
  return (
    <nav class="header__nav" aria-label={t("pages")}>
      <Link to={{ page: "lobby" }} aria-current={current(["lobby", "check", "result"])}>
        {t("lobby")}
      </Link>
      {has("operator") && (
        <Link to={{ page: "cells" }} aria-current={current(["cells", "operate"])}>
          {t("operate")}
        </Link>
      )}
      {has("researcher") && (
        <Link to={{ page: "episodes" }} aria-current={current(["episodes", "episode", "compare", "exports"])}>
          {t("episodes")}
        </Link>
      )}
    </nav>
  );
}

function AccountButton(): JSX.Element {
  const who = me.value;
  if (who === null || who.roles.length === 0) {
    return (
      <button type="button" class="button button--small" disabled={who === null} onClick={() => void ask("signIn")}>
        {t("signIn")}
      </button>
    );
  }
  const name = who.signed_in ? who.pseudonym : who.roles.map(roleWord).join(" · ");
  return (
    <button type="button" class="account" aria-label={t("account", { name })} onClick={() => void ask("account")}>
      <span class="account__face" aria-hidden="true">
        {Array.from(name)[0]?.toUpperCase()}
      </span>
      <span class="account__name">{name}</span>
    </button>
  );
}

function Header(): JSX.Element {
  return (
    <header class="header">
      <a class="skip" href="#page">
        {t("skip")}
      </a>
      <Link to={{ page: "lobby" }} class="header__home">
        <Logo label={t("home")} />
      </Link>
      <Pages />
      <span class="header__gap" />
      <LanguageSwitch />
      <AccountButton />
    </header>
  );
}

function AwayNotice(): JSX.Element | null {
  const away = useSignal(false);
  const connected = live.connected.value;
  useEffect(() => {
    if (connected) {
      away.value = false;
      return undefined;
    }
    const timer = setTimeout(() => {
      away.value = true;
    }, AWAY_AFTER_MS);
    return () => clearTimeout(timer);
  }, [connected]);
  return (
    <div role="status" aria-live="polite">
      {away.value && <p class="away">{t("away")}</p>}
    </div>
  );
}

function Footer(): JSX.Element {
  return (
    <footer class="footer">
      <p>{t("foot")}</p>
      <p class="footer__links">
        <Link to={{ page: "cells" }}>{t("forOperators")}</Link>
        <Link to={{ page: "episodes" }}>{t("forResearchers")}</Link>
      </p>
    </footer>
  );
}

type ShellProps = { bare: boolean; wide: boolean; children: ComponentChildren };

/** `bare` leaves the screen to the page; `wide` gives it the full width and no footer. */
export function Shell({ bare, wide, children }: ShellProps): JSX.Element {
  return (
    <>
      {!bare && <Header />}
      {!bare && <AwayNotice />}
      <main id="page" tabIndex={-1} class={bare ? "page--bare" : wide ? "page page--wide" : "page"}>
        {children}
      </main>
      {!bare && !wide && <Footer />}
      <TurnCall />
      <Dialogs />
      <Toasts />
    </>
  );
}

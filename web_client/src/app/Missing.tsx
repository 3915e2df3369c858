/** What an address shows that is no page of ours. */
import type { JSX } from "preact";
import { words } from "../i18n";
import { Notice } from "../ui/parts";
import { Link } from "./router";

const t = words(
  { title: "Nothing lies here.", text: "The address may be old or mistyped.", home: "To the lobby" },
  { title: "这里什么也没有。", text: "地址可能已失效或有误。", home: "返回大厅" },
);

/** The page for unknown addresses. */
export function Missing(): JSX.Element {
  return (
    <Notice title={t("title")} text={t("text")}>
      <Link class="button button--primary" to={{ page: "lobby" }}>
        {t("home")}
      </Link>
    </Notice>
  );
}

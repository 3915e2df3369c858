/** The window's title and the reading position follow the page. */
import { useEffect, useRef } from "preact/hooks";
import { live } from "../api/live";
import { words } from "../i18n";
import { pathOf, type Route } from "./routes";

const t = words(
  {
    lobby: "Lobby",
    check: "Connection",
    play: "Your turn",
    result: "Result",
    cells: "Cells",
    operate: "Operate",
    episodes: "Episodes",
    episode: "Episode",
    compare: "Two episodes",
    exports: "Exports",
    missing: "Not found",
    call: "Your turn!",
  },
  {
    lobby: "大厅",
    check: "连接检查",
    play: "你的回合",
    result: "成绩",
    cells: "工作单元",
    operate: "操作台",
    episodes: "示教记录",
    episode: "示教记录",
    compare: "两条记录",
    exports: "导出",
    missing: "未找到",
    call: "轮到你了！",
  },
);

/** Names the page, and calls a player whose turn began while another window was in front. */
export function useTitle(now: Route): void {
  const path = pathOf(now);
  const before = useRef(path);
  const called = live.turn.value !== null && now.page !== "play";
  const title = `${called ? t("call") : t(now.page)} · Armcade`;
  useEffect(() => {
    document.title = title;
  }, [title]);
  useEffect(() => {
    if (before.current === path) return;
    before.current = path;
    document.getElementById("page")?.focus({ preventScroll: true });
  }, [path]);
}

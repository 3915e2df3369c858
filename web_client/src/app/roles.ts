/** The roles as words. */
import { words } from "../i18n";
import type { Role } from "../wire";

const t = words(
  { player: "player", operator: "operator", researcher: "researcher" },
  { player: "玩家", operator: "操作员", researcher: "研究人员" },
);

/** A role in the page's language. */
export function roleWord(role: Role): string {
  return t(role);
}

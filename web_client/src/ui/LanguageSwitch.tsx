/** The switch between the two languages. */
import type { JSX } from "preact";
import { language, setLanguage, words } from "../i18n";

const t = words({ language: "Language" }, { language: "语言" });

/** Switches between English and Chinese; each is named in itself. */
export function LanguageSwitch(): JSX.Element {
  return (
    <div class="languages" role="group" aria-label={t("language")}>
      <button type="button" lang="en" aria-pressed={language.value === "en"} onClick={() => setLanguage("en")}>
        EN
      </button>
      <button type="button" lang="zh" aria-pressed={language.value === "zh"} onClick={() => setLanguage("zh")}>
        中文
      </button>
    </div>
  );
}

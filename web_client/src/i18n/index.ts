/** The pages' two languages: which one is on, and typed word lists. */
import { computed, effect, signal, type ReadonlySignal } from "@preact/signals";
import type { Bilingual, Language } from "../wire";

const STORED = "armcade.language";

/** The language to start with: the address (`?lang=zh`), an earlier choice, then the browser's own. */
export function firstLanguage(search: string, stored: string | null, browser: readonly string[]): Language {
  const asked = new URLSearchParams(search).get("lang");
  for (const candidate of [asked, stored]) if (candidate === "en" || candidate === "zh") return candidate;
  for (const tag of browser) {
    if (tag.toLowerCase().startsWith("zh")) return "zh";
    if (tag.toLowerCase().startsWith("en")) return "en";
  }
  return "en";
}

function remembered(): string | null {
  try {
    return localStorage.getItem(STORED);
  } catch {
    return null; // storage may be forbidden; the choice then lasts as long as the page
  }
}

const inBrowser = typeof document !== "undefined";
const chosen = signal<Language>(inBrowser ? firstLanguage(location.search, remembered(), navigator.languages) : "en");

/** The language that every page shows now. */
export const language: ReadonlySignal<Language> = computed(() => chosen.value);

/** Switches every page to another language and remembers it in this browser. */
export function setLanguage(next: Language): void {
  chosen.value = next;
  try {
    localStorage.setItem(STORED, next);
  } catch {
    return; // as above
  }
}

if (inBrowser) {
  effect(() => {
    document.documentElement.lang = language.value === "zh" ? "zh-Hans" : "en";
  });
}

/** The one of two texts that this page shows. */
export function say(text: Bilingual): string {
  return text[language.value];
}

export type Values = Readonly<Record<string, string | number>>;

/** Puts values where a text has `{name}`. */
export function fill(text: string, values: Values = {}): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/**
 * A page's word list: `const t = words({ key: "English" }, { key: "中文" })`, then `t("key", { name: 3 })`.
 * The Chinese list must have exactly the keys of the English one; lazy pages bring their own list along.
 */
export function words<const K extends string>(
  en: Readonly<Record<K, string>>,
  zh: Readonly<Record<NoInfer<K>, string>>,
): (key: K, values?: Values) => string {
  const lists = { en, zh };
  return (key, values) => fill(lists[language.value][key], values);
}

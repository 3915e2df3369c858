/** Short news at the edge of the page, spoken by screen readers, gone by themselves. */
import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { words } from "../i18n";

const SHOWN_MS = 6_000;
const MOST_AT_ONCE = 3;
const t = words({ close: "Dismiss" }, { close: "关闭" });

type Toast = { readonly id: number; readonly text: string; readonly bad: boolean };

const shown = signal<readonly Toast[]>([]);
let nextId = 1;

function drop(id: number): void {
  shown.value = shown.value.filter((toast) => toast.id !== id);
}

/** Shows a sentence for six seconds. */
export function toast(text: string, bad = false): void {
  const id = nextId++;
  shown.value = [...shown.value.filter((other) => other.text !== text), { id, text, bad }].slice(-MOST_AT_ONCE);
  setTimeout(() => drop(id), SHOWN_MS);
}

/** The place where toasts appear; once per page. */
export function Toasts(): JSX.Element {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {shown.value.map(({ id, text, bad }) => (
        <div key={id} class={bad ? "toast toast--bad" : "toast"}>
          <span>{text}</span>
          <button type="button" class="icon-button" aria-label={t("close")} onClick={() => drop(id)}>
            <svg viewBox="0 0 24 24" aria-hidden="true">
              <path d="m6 6 12 12M18 6 6 18" />
            </svg>
          </button>
        </div>
      ))}
    </div>
  );
}

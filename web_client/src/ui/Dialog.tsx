/** A dialog over the page: the browser's own, which keeps focus inside and closes with Esc. */
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { words } from "../i18n";

const t = words({ close: "Close" }, { close: "关闭" });

type DialogProps = {
  title: string;
  onClose: () => void;
  children: ComponentChildren;
  wide?: boolean;
};

/** Shows its children until `onClose` was called and the owner stops rendering it. */
export function Dialog({ title, onClose, children, wide = false }: DialogProps): JSX.Element {
  const element = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useEffect(() => {
    const before = document.activeElement;
    element.current?.showModal();
    return () => {
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={element}
      class={wide ? "dialog dialog--wide" : "dialog"}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <header class="dialog__head">
        <h2 id={titleId}>{title}</h2>
        <button type="button" class="icon-button" aria-label={t("close")} onClick={onClose}>
          <svg viewBox="0 0 24 24" aria-hidden="true">
            <path d="m6 6 12 12M18 6 6 18" />
          </svg>
        </button>
      </header>
      {children}
    </dialog>
  );
}

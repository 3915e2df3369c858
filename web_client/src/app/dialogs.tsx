/** The dialogs that any page may ask for, one at a time; each answers whether it was completed. */
import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { AccountDialog } from "./AccountDialog";
import { ConsentDialog } from "./ConsentDialog";
import { SignInDialog } from "./SignInDialog";

export type Kind = "signIn" | "consent" | "account";
type Open = { readonly kind: Kind; readonly answer: (completed: boolean) => void };

const open = signal<Open | null>(null);

/** Opens a dialog; the promise tells whether the person completed it (true) or closed it (false). */
export function ask(kind: Kind): Promise<boolean> {
  open.value?.answer(false);
  return new Promise((resolve) => {
    open.value = {
      kind,
      answer: (completed) => {
        open.value = null;
        resolve(completed);
      },
    };
  });
}

/** The place where dialogs appear; once per page. */
export function Dialogs(): JSX.Element | null {
  const now = open.value;
  if (now === null) return null;
  if (now.kind === "signIn") return <SignInDialog onAnswer={now.answer} />;
  if (now.kind === "consent") return <ConsentDialog onAnswer={now.answer} />;
  return <AccountDialog onAnswer={now.answer} />;
}

/** One action at a time behind a button: whether it runs, and what to tell when it failed. */
import { useSignal, type ReadonlySignal } from "@preact/signals";
import { wordsFor } from "../api/rest";

export interface Task {
  readonly busy: ReadonlySignal<boolean>;
  readonly trouble: ReadonlySignal<string>;
  /** Runs the action; an error becomes `trouble`, and so does a sentence that it returns. */
  readonly run: (action: () => Promise<string | undefined>) => Promise<void>;
}

/** A task of the component that asks. */
export function useTask(): Task {
  const busy = useSignal(false);
  const trouble = useSignal("");
  const run = async (action: () => Promise<string | undefined>): Promise<void> => {
    if (busy.value) return;
    busy.value = true;
    trouble.value = "";
    try {
      trouble.value = (await action()) ?? "";
    } catch (error) {
      trouble.value = wordsFor(error);
    } finally {
      busy.value = false;
    }
  };
  return { busy, trouble, run };
}

/** Something asked of the hub for a page: the newest answer, or what to tell when there is none. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { wordsFor } from "../api/rest";

export interface Loaded<T> {
  /** The newest answer; kept while it is asked for again. */
  readonly value: T | null;
  readonly trouble: string;
  readonly again: () => void;
}

/** Asks at once, whenever one of `reasons` changes, and when told; an overtaken answer is dropped. */
export function useLoaded<T>(load: () => Promise<T>, reasons: readonly unknown[]): Loaded<T> {
  const value = useSignal<T | null>(null);
  const trouble = useSignal("");
  const tries = useSignal(0);
  useEffect(() => {
    let wanted = true;
    load().then(
      (found) => {
        if (!wanted) return;
        value.value = found;
        trouble.value = "";
      },
      (error: unknown) => {
        if (wanted) trouble.value = wordsFor(error);
      },
    );
    return () => {
      wanted = false;
    };
  }, [...reasons, tries.value]);
  const again = (): void => {
    trouble.value = "";
    tries.value += 1;
  };
  return { value: value.value, trouble: trouble.value, again };
}

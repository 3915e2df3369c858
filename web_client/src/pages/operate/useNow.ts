/** A clock that pages redraw with. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";

/** performance.now(), brought up to date once a second. */
export function useNow(): number {
  const now = useSignal(performance.now());
  useEffect(() => {
    const timer = setInterval(() => {
      now.value = performance.now();
    }, 1000);
    return () => clearInterval(timer);
  }, []);
  return now.value;
}

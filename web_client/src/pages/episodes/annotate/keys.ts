/** Which key asks for what in the segment editor; nothing of the browser in here. */

export type Command =
  | { readonly do: "previous" | "next" | "split" | "merge" | "remove" | "undo" | "redo" | "save" | "play" }
  | { readonly do: "nudge"; readonly end: "start" | "end"; readonly frames: -1 | 1 }
  | { readonly do: "here"; readonly end: "start" | "end" }
  | { readonly do: "label"; readonly number: number };

/** What of a key press counts. */
export interface Press {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
}

const PLAIN: Readonly<Record<string, Command>> = {
  j: { do: "previous" },
  k: { do: "next" },
  s: { do: "split" },
  m: { do: "merge" },
  delete: { do: "remove" },
  backspace: { do: "remove" },
  ",": { do: "nudge", end: "start", frames: -1 },
  ".": { do: "nudge", end: "start", frames: 1 },
  "<": { do: "nudge", end: "end", frames: -1 },
  ">": { do: "nudge", end: "end", frames: 1 },
  b: { do: "here", end: "start" },
  e: { do: "here", end: "end" },
  p: { do: "play" },
};

/** The command of a key press; null for one that asks for nothing here. */
export function commandOf(press: Press): Command | null {
  const key = press.key.toLowerCase();
  if (press.altKey) return null;
  if (press.ctrlKey || press.metaKey) {
    if (key === "z") return { do: press.shiftKey ? "redo" : "undo" };
    if (key === "y") return { do: "redo" };
    return key === "s" ? { do: "save" } : null;
  }
  if (key >= "1" && key <= "9" && key.length === 1) return { do: "label", number: Number(key) };
  return PLAIN[key] ?? null;
}

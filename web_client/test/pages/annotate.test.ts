import { describe, expect, it } from "vitest";
import { framesOn, indexAt, opened, promptOf, SHORTEST_NS, step, withBorder, type Action, type Editing } from "../../src/pages/episodes/annotate/editing";
import { commandOf } from "../../src/pages/episodes/annotate/keys";
import { Work } from "../../src/pages/episodes/annotate/work";
import type { Annotations, Label, LabelInfo, SavedRevision, Segment } from "../../src/wire";

const S = 1e9;
const FRAMES = [0, 0.1 * S, 0.2 * S, 0.3 * S, 4.9 * S, 5 * S, 5.1 * S];
const LABELS: LabelInfo[] = (["reach", "grasp", "carry"] as const).map((label) => ({
  label,
  name: { en: label, zh: label },
  prompt: { en: `${label} {piece} to {slot}`, zh: `${label}{piece}{slot}` },
}));
const WORDS = {
  labels: LABELS,
  pieces: [
    { id: "", phrase: { en: "a piece", zh: "方块" } },
    { id: "red", phrase: { en: "the red cube", zh: "红方块" } },
  ],
  slots: [{ id: "", phrase: { en: "the table", zh: "桌面" } }],
};

function segment(from: number, to: number, label: Label): Segment {
  return { start_ns: from * S, end_ns: to * S, label, piece: "", slot: "", prompt: promptOf(WORDS, label, "", "") };
}

const THREE = [segment(0, 5, "reach"), segment(5, 8, "grasp"), segment(8, 10, "carry")];

function done(...actions: Action[]): Editing {
  return actions.reduce((state, action) => step(state, action, WORDS, FRAMES), opened(THREE));
}

function borders(state: Editing): number[] {
  return state.segments.map((one) => one.end_ns / S);
}

function tiles(segments: readonly Segment[]): boolean {
  const joined = segments.every((one, index) => one.end_ns > one.start_ns && (segments[index + 1]?.start_ns ?? 10 * S) === one.end_ns);
  return joined && segments[0]?.start_ns === 0;
}

describe("editing segments", () => {
  it("moves borders as far as the neighbours allow", () => {
    expect(borders(done({ kind: "border", border: 0, toNs: 6 * S }))).toEqual([6, 8, 10]);
    expect(withBorder(THREE, 0, 99 * S)[0]?.end_ns).toBe(8 * S - SHORTEST_NS);
    expect(withBorder(THREE, 1, -1)[1]?.end_ns).toBe(5 * S + SHORTEST_NS);
    for (const border of [-1, 2, 7]) expect(withBorder(THREE, border, S)).toBe(THREE);
  });

  it("moves borders by pictures", () => {
    expect(framesOn(FRAMES, 5 * S, 1)).toBe(5.1 * S);
    expect(framesOn(FRAMES, 5 * S, -1)).toBe(4.9 * S);
    expect(framesOn(FRAMES, 5.05 * S, 1)).toBe(5.1 * S);
    expect(framesOn(FRAMES, 5.05 * S, -1)).toBe(5 * S);
    expect(framesOn(FRAMES, 5.1 * S, 1)).toBe(5.1 * S);
    expect(framesOn([], S, 3)).toBeCloseTo(1.1 * S, -2);
    expect(borders(done({ kind: "nudge", border: 0, frames: 1 }))[0]).toBe(5.1);
  });

  it("splits, merges and deletes without leaving a gap", () => {
    const split = done({ kind: "split", atNs: 6 * S });
    expect(borders(split)).toEqual([5, 6, 8, 10]);
    expect(split.chosen).toBe(2);
    expect(done({ kind: "split", atNs: 5 * S }).segments).toBe(THREE);
    expect(borders(done({ kind: "merge" }))).toEqual([8, 10]);
    expect(borders(done({ kind: "choose", index: 2 }, { kind: "merge" }))).toEqual([5, 8, 10]);
    expect(done({ kind: "remove" }).segments[0]).toMatchObject({ start_ns: 0, end_ns: 8 * S, label: "grasp" });
    expect(done({ kind: "choose", index: 1 }, { kind: "remove" }).segments[0]).toMatchObject({ end_ns: 8 * S, label: "reach" });
    const one = done({ kind: "remove" }, { kind: "remove" }, { kind: "remove" }, { kind: "remove" });
    expect(one.segments).toHaveLength(1);
  });

  it("lets the sentence follow the label until a person writes it", () => {
    const said = done({ kind: "label", label: "carry" }, { kind: "piece", piece: "red" });
    expect(said.segments[0]?.prompt).toEqual({ en: "carry the red cube to the table", zh: "carry红方块桌面" });
    const own = done({ kind: "prompt", language: "en", text: "go" }, { kind: "label", label: "carry" }, { kind: "slot", slot: "left_ring" });
    expect(own.segments[0]).toMatchObject({ label: "carry", slot: "left_ring", prompt: { en: "go" } });
    expect(promptOf(WORDS, "grasp", "odd_thing", "").en).toBe("grasp the odd thing to the table");
  });

  it("goes back and forth, a drag or a typed word in one step", () => {
    const drag = [5.2, 5.4, 5.6].map((at): Action => ({ kind: "border", border: 0, toNs: at * S, gesture: "drag 0" }));
    const dragged = done(...drag, { kind: "settle" });
    expect([dragged.past.length, borders(dragged)[0]]).toEqual([1, 5.6]);
    const back = done(...drag, { kind: "settle" }, ...drag.slice(0, 1), { kind: "undo" });
    expect(borders(back)[0]).toBe(5.6);
    expect(borders(done(...drag, { kind: "undo" }))[0]).toBe(5);
    expect(borders(done(...drag, { kind: "undo" }, { kind: "redo" }))[0]).toBe(5.6);
    expect(done(...drag, { kind: "undo" }, { kind: "merge" }).future).toEqual([]);
    expect(done({ kind: "undo" })).toEqual(opened(THREE));
    const typed = done({ kind: "prompt", language: "en", text: "g" }, { kind: "prompt", language: "en", text: "go" });
    expect(typed.past).toHaveLength(1);
  });

  it("keeps a tiling whatever is done", () => {
    let seed = 7;
    const next = (below: number): number => (seed = (seed * 48271) % 2147483647) % below;
    let state = opened(THREE);
    for (let turn = 0; turn < 2000; turn += 1) {
      const any: Action[] = [
        { kind: "border", border: next(5) - 1, toNs: next(12 * S) - S },
        { kind: "nudge", border: next(4), frames: next(3) - 1 },
        { kind: "split", atNs: next(11 * S) },
        { kind: "merge" },
        { kind: "remove" },
        { kind: "undo" },
        { kind: "redo" },
        { kind: "choose", index: next(6) - 1 },
      ];
      state = step(state, any[next(any.length)] ?? { kind: "undo" }, WORDS, FRAMES);
      expect(tiles(state.segments)).toBe(true);
      expect(state.segments[state.chosen]).toBeDefined();
    }
  });

  it("knows which segment holds when", () => {
    expect([0, 5 * S, 9 * S, 99 * S].map((at) => indexAt(THREE, at))).toEqual([0, 1, 2, 2]);
  });
});

describe("keys", () => {
  const press = (key: string, part: object = {}): ReturnType<typeof commandOf> =>
    commandOf({ key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...part });

  it("ask for everything that the mouse can do", () => {
    expect(press("S")).toEqual({ do: "split" });
    expect(press("Delete")).toEqual({ do: "remove" });
    expect(press(",")).toEqual({ do: "nudge", end: "start", frames: -1 });
    expect(press(">", { shiftKey: true })).toEqual({ do: "nudge", end: "end", frames: 1 });
    expect(press("9")).toEqual({ do: "label", number: 9 });
    expect(press("z", { ctrlKey: true })).toEqual({ do: "undo" });
    expect(press("Z", { metaKey: true, shiftKey: true })).toEqual({ do: "redo" });
    expect(press("y", { ctrlKey: true })).toEqual({ do: "redo" });
    expect(press("s", { ctrlKey: true })).toEqual({ do: "save" });
  });

  it("leave the browser its own", () => {
    for (const one of [press("r", { ctrlKey: true }), press("s", { altKey: true }), press("Tab"), press("F5"), press("0")]) expect(one).toBeNull();
  });
});

function known(...revisions: SavedRevision[]): Annotations {
  return {
    episode_id: "e",
    length_ns: 10 * S,
    proposal_version: "events-1",
    prompt_version: "prompts-1",
    proposal: THREE,
    revisions,
    ...WORDS,
    frames_ns: FRAMES,
    agreement: null,
    can_save: true,
  };
}

function revision(part: Partial<SavedRevision>): SavedRevision {
  const versions = { begun_from: "proposal", proposal_version: "events-1", prompt_version: "prompts-1" } as const;
  return { number: 1, kind: "edited", author: "Ann", mine: false, saved_utc_ns: 1, ...versions, segments: THREE.slice(0, 1), ...part };
}

describe("the work on one episode", () => {
  it("begins from the proposal, then from what is saved", () => {
    const work = new Work(known());
    expect([work.changed.value, work.reviewable.value, work.wish(false).begun_from]).toEqual([false, false, "proposal"]);
    work.act({ kind: "merge" });
    expect(work.changed.value).toBe(true);
    work.adopt(known(revision({ mine: true })));
    expect([work.changed.value, work.reviewable.value, work.wish(false).begun_from]).toEqual([false, false, "revision"]);
    expect(work.wish(false).based_on).toBe(1);
  });

  it("reviews another's work, blind from the proposal", () => {
    const work = new Work(known(revision({})));
    expect(work.reviewable.value).toBe(true);
    expect(work.wish(true)).toMatchObject({ review: true, begun_from: "revision", based_on: 1 });
    work.reviewBlind();
    expect(work.editing.value.segments).toBe(THREE);
    expect(work.wish(true)).toMatchObject({ begun_from: "proposal", based_on: 1 });
    work.adopt(known(revision({}), revision({ number: 2, mine: true })));
    expect(work.blind.value).toBe(false);
  });

  it("keeps the edits when others saved meanwhile, and shows theirs as a step that can be undone", () => {
    const work = new Work(known());
    work.act({ kind: "merge" });
    const mine = work.editing.value.segments;
    work.learn(known(revision({})));
    expect(work.editing.value.segments).toBe(mine);
    expect(work.wish(false).based_on).toBe(1);
    work.show(THREE);
    work.show(THREE);
    expect(work.editing.value.segments).toBe(THREE);
    work.act({ kind: "undo" });
    expect(work.editing.value.segments).toBe(mine);
  });
});

/** From wanting to play to a place in the queue: name, consent, the first look at the connection, then the queue itself. */
import { computed, signal, type ReadonlySignal } from "@preact/signals";
import { live } from "../../api/live";
import { joinQueue, leaveQueue, Trouble, wordsFor } from "../../api/rest";
import { ask } from "../../app/dialogs";
import { navigate, route } from "../../app/router";
import { me, signedIn } from "../../app/session";
import { toast } from "../../ui/toasts";
import type { QueuePlace } from "../../wire";
import { linkChecked } from "../check/remembered";

const just = signal<QueuePlace | null>(null);
const asking = signal(false);

live.on("lobby", () => {
  just.value = null; // the hub's own news is newer than the answer to the request
});

/** This player's place in a queue, if any. */
export const place: ReadonlySignal<QueuePlace | null> = computed(() => just.value ?? live.lobby.value?.place ?? null);

/** True while a place is being asked for. */
export const joining: ReadonlySignal<boolean> = asking;

async function enter(cellId: string, puzzleId: string): Promise<void> {
  try {
    just.value = await joinQueue({ cell_id: cellId, puzzle_id: puzzleId });
  } catch (error) {
    if (!(error instanceof Trouble) || error.reason !== "consent_missing") throw error;
    if (await ask("consent")) just.value = await joinQueue({ cell_id: cellId, puzzle_id: puzzleId });
  }
}

/**
 * Takes a place for one puzzle at one cell, asking for name and consent where they are missing.
 *
 * Before this browser's first turn it leads to the page that looks at the connection, which comes back here.
 */
export async function join(cellId: string, puzzleId: string): Promise<void> {
  if (asking.value) return;
  asking.value = true;
  try {
    if (!signedIn.value && !(await ask("signIn"))) return;
    if (me.value?.consent_version === null && !(await ask("consent"))) return;
    if (!linkChecked()) return navigate({ page: "check", cellId, puzzleId });
    await enter(cellId, puzzleId);
    if (just.value === null) return;
    if (route.value.page !== "lobby") navigate({ page: "lobby" });
    else scrollTo({ top: 0, behavior: "smooth" });
  } catch (error) {
    toast(wordsFor(error), true);
  } finally {
    asking.value = false;
  }
}

/** Gives the place up. */
export async function leave(): Promise<void> {
  try {
    await leaveQueue();
    just.value = null;
  } catch (error) {
    toast(wordsFor(error), true);
  }
}

/** Who this browser is, for every page. */
import { computed, signal, type ReadonlySignal } from "@preact/signals";
import { live } from "../api/live";
import * as rest from "../api/rest";
import { language, setLanguage } from "../i18n";
import type { Me, Role } from "../wire";

const known = signal<Me | null>(null);

/** The hub's word on who this is; null until it answered. */
export const me: ReadonlySignal<Me | null> = known;

/** True once a pseudonym was taken. */
export const signedIn: ReadonlySignal<boolean> = computed(() => known.value?.signed_in === true);

/** True when this browser holds the role. */
export function has(role: Role): boolean {
  return known.value?.roles.includes(role) === true;
}

let newest = 0;

/** Asks the hub; an answer that was overtaken by a newer question is not kept. */
async function askMe(): Promise<Me> {
  newest += 1;
  const mine = newest;
  const next = await rest.getMe();
  return mine === newest || known.value === null ? next : known.value;
}

function adopt(next: Me): Me {
  const same = known.value?.signed_in === next.signed_in && known.value.roles.join() === next.roles.join();
  known.value = next;
  if (!same) live.reopen();
  return next;
}

/** Asks the hub who this is; throws `Trouble`. */
export async function refreshMe(): Promise<Me> {
  const next = await askMe();
  if (next.signed_in && known.value === null && !new URLSearchParams(location.search).has("lang")) {
    setLanguage(next.language);
  }
  known.value = next;
  return next;
}

/** Takes a pseudonym, or an invented one when empty; throws `Trouble`. */
export async function signIn(pseudonym: string): Promise<Me> {
  return adopt(await rest.signIn({ pseudonym, language: language.value }));
}

/** Forgets this browser's player; throws `Trouble`. */
export async function signOut(): Promise<void> {
  await rest.signOut();
  adopt(await askMe());
}

/** Agrees to the text that was shown, or withdraws the agreement; throws `Trouble`. */
export async function answerConsent(textVersion: string, agreed: boolean): Promise<void> {
  await rest.giveConsent({ text_version: textVersion, language: language.value, agreed });
  known.value = await askMe();
}

/** Withdraws the agreement and has every recording of this player deleted; says how many. Throws `Trouble`. */
export async function withdrawRecordings(): Promise<number> {
  const { episodes } = await rest.withdraw({ language: language.value });
  known.value = await askMe();
  return episodes;
}

/** Trades a token for a role; throws `Trouble`. */
export async function takeRole(token: string): Promise<Me> {
  await rest.takeRole({ token });
  return adopt(await askMe());
}

/** Carries an offer to a cell through the page's WebSocket and waits for the answer. */

import { live } from "../api/live";
import type { Bilingual } from "../wire";

const ANSWER_WITHIN_MS = 10_000;

/** Why an offer got no answer. `text` is the hub's own words, if it said any. */
export class OfferFailed extends Error {
  readonly reason: string;
  readonly text: Bilingual | null;

  constructor(reason: string, text: Bilingual | null) {
    super(reason);
    this.name = "OfferFailed";
    this.reason = reason;
    this.text = text;
  }
}

let lastRequest = Date.now() % 1_000_000_000;

/** Sends an offer and answers the cell's SDP; throws OfferFailed when it is refused, or not answered in time. */
export function negotiate(cellId: string, sdp: string): Promise<string> {
  lastRequest += 1;
  const request = lastRequest;
  return new Promise((resolve, reject) => {
    const listening: (() => void)[] = [];
    const done = (): void => {
      clearTimeout(timer);
      listening.forEach((stop) => stop());
    };
    const timer = setTimeout(() => {
      done();
      reject(new OfferFailed("no_answer", null));
    }, ANSWER_WITHIN_MS);
    listening.push(
      live.on("answer", (answer) => {
        if (answer.request !== request) return;
        done();
        resolve(answer.sdp);
      }),
      live.on("failure", (failure) => {
        if (failure.request !== request) return;
        done();
        reject(new OfferFailed(failure.reason, failure.text));
      }),
    );
    if (live.send({ type: "offer", version: 1, request, cell_id: cellId, sdp })) return;
    done();
    reject(new OfferFailed("hub_away", null));
  });
}

import { afterEach, describe, expect, it, vi } from "vitest";
import { getEpisode, getMe, joinQueue, leaveQueue, thumbnailUrl, Trouble, troubleOf, videoUrl, wordsFor } from "../../src/api/rest";

const REFUSED = { type: "failure", version: 1, request: 0, reason: "consent_missing", text: { en: "Agree first.", zh: "请先同意。" } };

function answer(status: number, body: string | null): void {
  vi.stubGlobal("fetch", vi.fn(() => Promise.resolve(new Response(body, { status }))));
}

async function trouble(asked: Promise<unknown>): Promise<Trouble> {
  const error: unknown = await asked.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof Trouble)) throw new Error("no trouble");
  return error;
}

afterEach(() => vi.unstubAllGlobals());

describe("requests", () => {
  it("send JSON with the session's cookie", async () => {
    answer(200, '{"position":1}');
    await joinQueue({ cell_id: "home", puzzle_id: "tower" });
    expect(fetch).toHaveBeenCalledWith("/api/queue", {
      method: "POST",
      credentials: "same-origin",
      headers: { "content-type": "application/json" },
      body: '{"cell_id":"home","puzzle_id":"tower"}',
    });
  });

  it("take an empty answer", async () => {
    answer(204, null);
    expect(await leaveQueue()).toBeNull();
  });

  it("give the hub's reason and words", async () => {
    answer(403, JSON.stringify(REFUSED));
    const error = await trouble(getMe());
    expect([error.status, error.reason]).toEqual([403, "consent_missing"]);
    expect(wordsFor(error)).toBe("Agree first.");
  });

  it("tell an unreachable hub and an answer that is no JSON apart", async () => {
    vi.stubGlobal("fetch", vi.fn(() => Promise.reject(new TypeError("failed"))));
    expect((await trouble(getMe())).status).toBe(0);
    answer(502, "<html>");
    expect((await trouble(getMe())).reason).toBe("not_json");
  });

  it("escape what stands in a path", async () => {
    answer(200, "{}");
    await getEpisode("a/b?c");
    expect(vi.mocked(fetch).mock.calls[0]?.[0]).toBe("/api/episodes/a%2Fb%3Fc");
    expect(thumbnailUrl("home", 7)).toBe("/api/cells/home/thumbnail.jpg?v=7");
    expect(videoUrl("ep 1", "wrist")).toBe("/api/episodes/ep%201/video/wrist.mp4");
  });
});

describe("words for errors", () => {
  it("exist for every status, also without the hub's own", () => {
    const said = [0, 401, 403, 404, 429, 500, 503].map((status) => wordsFor(troubleOf(status, null)));
    expect(new Set(said).size).toBe(6); // an absent hub and an overloaded one read the same
    expect(wordsFor(new Error("anything"))).toBe(said[0]);
  });

  it("ignore texts that are not in both languages", () => {
    expect(troubleOf(400, { text: { en: "only" } }).text).toBeNull();
    expect(troubleOf(400, { text: 3 }).reason).toBe("unknown");
  });
});

/** Calls the player when the turn is granted, counts down shortly, and goes to the play page. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { live } from "../api/live";
import { words } from "../i18n";
import { Logo } from "../ui/Logo";
import { navigate, route } from "./router";

const t = words(
  { title: "Your turn!", text: "The arm is yours. Here we go…", running: "Your turn is running.", back: "Back to the arm" },
  { title: "轮到你了！", text: "机械臂交给你了，马上开始……", running: "你的回合正在进行。", back: "回到机械臂" },
);

const CALL_MS = 1_400;

/** Shown over every page; the call itself comes once per turn, later only a way back. */
export function TurnCall(): JSX.Element | null {
  const called = useSignal("");
  const turnId = live.turn.value?.turn_id ?? null;
  const now = route.value;
  const there = now.page === "play" && now.turnId === turnId;
  useEffect(() => {
    if (turnId === null || there || called.value === turnId) return undefined;
    const timer = setTimeout(() => {
      called.value = turnId;
      navigate({ page: "play", turnId });
    }, CALL_MS);
    return () => clearTimeout(timer);
  }, [turnId, there]);
  useEffect(() => {
    if (there && turnId !== null) called.value = turnId;
  }, [turnId, there]);
  if (turnId === null || there) return null;
  if (called.value !== turnId) {
    return (
      <div class="call" role="alert">
        <Logo label="" big />
        <h1>{t("title")}</h1>
        <p>{t("text")}</p>
      </div>
    );
  }
  return (
    <div class="running" role="status">
      <span>{t("running")}</span>
      <button type="button" class="button button--primary button--small" onClick={() => navigate({ page: "play", turnId })}>
        {t("back")}
      </button>
    </div>
  );
}

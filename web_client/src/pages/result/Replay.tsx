/** The player's own episode as a video. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { videoUrl } from "../../api/rest";
import { t } from "./words";

const CAMERAS = ["overview", "wrist"] as const;

/** Plays the overview, or the wrist camera; says so when the video is not there (yet). */
export function Replay({ episodeId }: { episodeId: string }): JSX.Element {
  const camera = useSignal<(typeof CAMERAS)[number]>("overview");
  const failed = useSignal(false);
  const attempt = useSignal(0);
  return (
    <section class="replay">
      <div class="replay__head">
        <h2>{t("replay")}</h2>
        <div class="tabs" role="group" aria-label={t("camera")}>
          {CAMERAS.map((name) => (
            <button
              key={name}
              type="button"
              aria-pressed={camera.value === name}
              onClick={() => {
                camera.value = name;
                failed.value = false;
              }}
            >
              {t(name)}
            </button>
          ))}
        </div>
      </div>
      {failed.value ? (
        <div class="replay__words" role="status">
          <p>{t("noVideo")}</p>
          <button
            type="button"
            class="button button--small"
            onClick={() => {
              attempt.value += 1;
              failed.value = false;
            }}
          >
            {t("tryAgain")}
          </button>
        </div>
      ) : (
        <video
          key={`${camera.value} ${attempt.value}`}
          src={videoUrl(episodeId, camera.value)}
          controls
          muted
          playsInline
          loop
          autoPlay={!matchMedia("(prefers-reduced-motion: reduce)").matches}
          aria-label={t("replay")}
          onError={() => {
            failed.value = true;
          }}
        />
      )}
      <p class="faint">{t("kept")}</p>
    </section>
  );
}

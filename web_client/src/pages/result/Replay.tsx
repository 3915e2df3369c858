/** The player's own episode as a video. */
import { useSignal, type Signal } from "@preact/signals";
import type { JSX } from "preact";
import { videoUrl } from "../../api/rest";
import { t } from "./words";

const CAMERAS = ["overview", "wrist"] as const;

type Camera = (typeof CAMERAS)[number];

function CameraTabs({ camera }: { camera: Signal<Camera> }): JSX.Element {
  return (
    <div class="tabs" role="group" aria-label={t("camera")}>
      {CAMERAS.map((name) => (
        <button
          key={name}
          type="button"
          aria-pressed={camera.value === name}
          onClick={() => {
            camera.value = name;
          }}
        >
          {t(name)}
        </button>
      ))}
    </div>
  );
}

function Film({ source }: { source: string }): JSX.Element {
  const failed = useSignal(false);
  const tryAgain = (): void => {
    failed.value = false;
  };
  if (failed.value) {
    return (
      <div class="replay__words" role="status">
        <p>{t("noVideo")}</p>
        <button type="button" class="button button--small" onClick={tryAgain}>
          {t("tryAgain")}
        </button>
      </div>
    );
  }
  return (
    <video
      src={source}
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
  );
}

/** Plays the overview, or the wrist camera; says so when the video is not there (yet). */
export function Replay({ episodeId }: { episodeId: string }): JSX.Element {
  const camera = useSignal<Camera>("overview");
  return (
    <section class="replay">
      <div class="replay__head">
        <h2>{t("replay")}</h2>
        <CameraTabs camera={camera} />
      </div>
      <Film key={camera.value} source={videoUrl(episodeId, camera.value)} />
      <p class="faint">{t("kept")}</p>
    </section>
  );
}

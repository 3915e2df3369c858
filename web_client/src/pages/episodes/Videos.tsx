/** The episode's cameras, all led by one clock. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { videoUrl } from "../../api/rest";
import type { Playback } from "./playback";
import { t } from "./words";

function Video({ episodeId, camera, playback }: { episodeId: string; camera: string; playback: Playback }): JSX.Element {
  const element = useRef<HTMLVideoElement>(null);
  const failed = useSignal(false);
  useEffect(() => {
    if (element.current === null) return undefined;
    return playback.add(element.current);
  }, [failed.value]);
  const label = t("camera", { name: camera });
  return (
    <figure class="film">
      {failed.value ? (
        <p class="film__none">{t("noVideo")}</p>
      ) : (
        <video
          ref={element}
          src={videoUrl(episodeId, camera)}
          muted
          playsInline
          preload="auto"
          aria-label={label}
          onError={() => {
            failed.value = true;
          }}
        />
      )}
      <figcaption>{label}</figcaption>
    </figure>
  );
}

/** All cameras. */
export function Videos({ episodeId, cameras, playback }: { episodeId: string; cameras: readonly string[]; playback: Playback }): JSX.Element {
  return (
    <div class="films">
      {cameras.map((camera) => (
        <Video key={camera} episodeId={episodeId} camera={camera} playback={playback} />
      ))}
    </div>
  );
}

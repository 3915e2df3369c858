/** The episode's cameras, all led by one clock. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { videoUrl } from "../../api/rest";
import type { Behind, Playback } from "./playback";
import { t } from "./words";

type VideoProps = { episodeId: string; camera: string; playback: Playback; behind: Behind };

function Video({ episodeId, camera, playback, behind }: VideoProps): JSX.Element {
  const element = useRef<HTMLVideoElement>(null);
  const failed = useSignal(false);
  useEffect(() => {
    if (element.current === null) return undefined;
    return playback.add(element.current, behind);
  }, [failed.value, behind]);
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

const TOGETHER: Behind = () => 0;

type VideosProps = { episodeId: string; cameras: readonly string[]; playback: Playback; behind?: Behind };

/** All cameras. */
export function Videos({ episodeId, cameras, playback, behind = TOGETHER }: VideosProps): JSX.Element {
  return (
    <div class="films">
      {cameras.map((camera) => (
        <Video key={camera} episodeId={episodeId} camera={camera} playback={playback} behind={behind} />
      ))}
    </div>
  );
}

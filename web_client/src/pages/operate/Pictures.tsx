/** The cell's cameras: live through the link, small still pictures while that is not up. */
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { CellView } from "../../ui/CellView";
import type { CellCard } from "../../wire";
import { t } from "./words";

function LivePicture({ stream, inset }: { stream: MediaStream; inset: boolean }): JSX.Element {
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    if (video.current !== null) video.current.srcObject = stream;
  }, [stream]);
  return <video ref={video} class={inset ? "pictures__inset" : "pictures__main"} muted autoplay playsInline aria-label={t("video")} />;
}

type PicturesProps = { cell: CellCard; streams: readonly (MediaStream | null)[]; roundTripMs: number | null };

/** The first camera large, the second as an inset. */
export function Pictures({ cell, streams, roundTripMs }: PicturesProps): JSX.Element {
  const [main, inset] = streams;
  const isLive = main !== undefined && main !== null;
  const how = !isLive ? t("still") : roundTripMs === null ? t("liveNoClock") : t("live", { ms: Math.round(roundTripMs) });
  return (
    <figure class="pictures">
      {isLive ? <LivePicture stream={main} inset={false} /> : <CellView cell={cell} />}
      {inset !== undefined && inset !== null && <LivePicture stream={inset} inset />}
      <figcaption class="number">{how}</figcaption>
    </figure>
  );
}

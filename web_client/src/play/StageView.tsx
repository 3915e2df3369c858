/** The pictures and the drawing over the large one. */
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Pixel } from "../predict/camera";
import type { PlaySession } from "./session";
import { t } from "./words";

function nameOf(camera: string): string {
  if (camera === "overview") return t("overview");
  return camera === "wrist" ? t("wrist") : t("camera", { name: camera });
}

/** One camera's picture: on the stage where the layout says, or as the inset. */
function Picture({ session, camera, stream }: { session: PlaySession; camera: string; stream: MediaStream | null }): JSX.Element {
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    const element = video.current;
    if (!element) return undefined;
    element.srcObject = stream;
    if (stream) element.play().catch(() => undefined); // refused only while the page is hidden; it starts by itself later
    session.pictures.attach(camera, element);
    return () => session.pictures.attach(camera, null);
  }, [stream, camera]);
  const isMain = session.pictures.main.value === camera;
  const { left, top, width, height } = session.stage.layout.value;
  const style = isMain ? { left: `${left}px`, top: `${top}px`, width: `${width}px`, height: `${height}px` } : {};
  return (
    <video
      ref={video}
      class={isMain ? "picture picture--main" : "picture picture--inset"}
      style={style}
      muted
      autoplay
      playsInline
      disablePictureInPicture
      aria-label={isMain ? t("video") : nameOf(camera)}
    />
  );
}

/** The stage with everything that lies on it. */
export function StageView({ session }: { session: PlaySession }): JSX.Element {
  const stage = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    if (!stage.current || !canvas.current) return undefined;
    return session.stage.attach(stage.current, canvas.current);
  }, [session]);
  const at = (event: MouseEvent): Pixel => {
    const box = stage.current?.getBoundingClientRect();
    return [event.clientX - (box?.left ?? 0), event.clientY - (box?.top ?? 0)];
  };
  const click = (event: MouseEvent): void => {
    if (!session.run.value.running) session.go();
    else session.stage.click(at(event), session);
  };
  const { welcome } = session.turn.value;
  const streams = session.link.streams.value;
  const { hovered } = session.stage;
  const inset = session.cameras.value.find((camera) => camera.camera !== session.pictures.main.value);
  return (
    <div
      ref={stage}
      class={hovered.value ? "playstage playstage--target" : "playstage"}
      onPointerMove={(event) => session.stage.point(event.pointerType === "mouse" ? at(event) : null)}
      onPointerLeave={() => session.stage.point(null)}
      onClick={click}
    >
      {session.cameras.value.map(({ camera }) => (
        <Picture key={camera} session={session} camera={camera} stream={streams[welcome?.track_order.indexOf(camera) ?? -1] ?? null} />
      ))}
      <canvas ref={canvas} class="overlay" aria-hidden="true" />
      {inset && (
        <button
          type="button"
          class="inset"
          title={t("swap")}
          aria-label={`${t("swap")}: ${nameOf(inset.camera)}`}
          onClick={(event) => {
            event.stopPropagation();
            session.act("swap_cameras");
          }}
        >
          <span>{nameOf(inset.camera)}</span>
        </button>
      )}
    </div>
  );
}

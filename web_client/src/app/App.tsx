/** Chooses the page of the present route. All but the lobby come as chunks of their own. */
import type { ComponentType, JSX } from "preact";
import { Lobby } from "../pages/lobby/Lobby";
import { Shell } from "./Shell";
import { Lazy } from "./Lazy";
import { Missing } from "./Missing";
import { route } from "./router";
import type { Route } from "./routes";
import { useTitle } from "./useTitle";

type Page<Props> = () => Promise<{ default: ComponentType<Props> }>;

/**
 * The play page is `src/play/PlayPage.tsx`, default export, prop `turnId`. It fills the screen: no header around it.
 * It finds its lease in `live.turn` (sent again by the hub when the page is loaded anew), sends its offers with
 * `live.send` and listens with `live.on("answer", …)`; at the end it calls `navigate({ page: "result", turnId })`.
 */
const PlayPage: Page<{ turnId: string }> = () => import("../play/PlayPage");
const CheckPage: Page<{ cellId: string; puzzleId: string | null }> = () => import("../pages/check/Check");
const ResultPage: Page<{ turnId: string }> = () => import("../pages/result/Result");
const CellsPage: Page<object> = () => import("../pages/operate/Cells");
const OperatePage: Page<{ cellId: string }> = () => import("../pages/operate/Operate");
const EpisodesPage: Page<object> = () => import("../pages/episodes/Episodes");
const ComparePage: Page<{ a: string; b: string }> = () => import("../pages/episodes/Compare");
const ExportsPage: Page<object> = () => import("../pages/exports/Exports");
const EpisodePage: Page<{ episodeId: string }> = () => import("../pages/episodes/Episode");

function pageOf(now: Route): JSX.Element {
  switch (now.page) {
    case "lobby":
      return <Lobby />;
    case "check":
      return <Lazy key={now.cellId} load={CheckPage} props={{ cellId: now.cellId, puzzleId: now.puzzleId }} />;
    case "play":
      return <Lazy key={now.turnId} load={PlayPage} props={{ turnId: now.turnId }} />;
    case "result":
      return <Lazy key={now.turnId} load={ResultPage} props={{ turnId: now.turnId }} />;
    case "cells":
      return <Lazy key="cells" load={CellsPage} props={{}} />;
    case "operate":
      return <Lazy key={now.cellId} load={OperatePage} props={{ cellId: now.cellId }} />;
    case "episodes":
      return <Lazy key="episodes" load={EpisodesPage} props={{}} />;
    case "exports":
      return <Lazy key="exports" load={ExportsPage} props={{}} />;
    case "episode":
      return <Lazy key={now.episodeId} load={EpisodePage} props={{ episodeId: now.episodeId }} />;
    case "compare":
      return <Lazy key={`${now.a} ${now.b}`} load={ComparePage} props={{ a: now.a, b: now.b }} />;
    case "missing":
      return <Missing />;
  }
}

/** The whole client. */
export function App(): JSX.Element {
  const now = route.value;
  useTitle(now);
  return <Shell bare={now.page === "play"} wide={now.page === "operate"}>{pageOf(now)}</Shell>;
}

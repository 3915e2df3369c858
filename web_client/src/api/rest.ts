/** The hub's REST endpoints, one function each; every refusal becomes a `Trouble` with words for people. */
import { words } from "../i18n";
import type {
  Annotations,
  AnnotationSet,
  Bilingual,
  CellCard,
  ConsentText,
  EpisodeCard,
  Exports,
  Found,
  GiveConsent,
  IceServers,
  JoinQueue,
  Me,
  OperatorReset,
  OperatorRest,
  OperatorStop,
  OrderAnswer,
  PuzzleCard,
  QueuePlace,
  Result,
  RoleToken,
  SaveAnnotation,
  Search,
  Series,
  SignIn,
  Tracks,
  StartExport,
  ViewTicket,
  Withdraw,
  Withdrawn,
} from "../wire";
import { say } from "../i18n";

const t = words(
  {
    offline: "The hub does not answer. Check the connection; this page keeps trying.",
    signIn: "Sign in first.",
    forbidden: "This needs another role. Ask the operator of this place for a token.",
    missing: "There is nothing here (any more).",
    tooMany: "Too many tries. Wait a moment, then try again.",
    other: "The hub refused this ({status}). Try again; tell the operator if it stays so.",
  },
  {
    offline: "连接不到服务器。请检查网络；页面会自动重试。",
    signIn: "请先登录。",
    forbidden: "需要其他角色的权限。请向此处的操作员索取令牌。",
    missing: "这里没有（或不再有）内容。",
    tooMany: "尝试次数过多，请稍候再试。",
    other: "服务器拒绝了请求（{status}）。请重试；若一直如此，请告知操作员。",
  },
);

/** A request that failed: HTTP status (0 when nothing answered), the hub's reason code, and its own words if it has any. */
export class Trouble extends Error {
  readonly status: number;
  readonly reason: string;
  readonly text: Bilingual | null;

  constructor(status: number, reason: string, text: Bilingual | null) {
    super(`${status} ${reason}`);
    this.name = "Trouble";
    this.status = status;
    this.reason = reason;
    this.text = text;
  }
}

/** What to tell people about an error of any kind. */
export function wordsFor(error: unknown): string {
  if (!(error instanceof Trouble)) return t("offline");
  if (error.text !== null) return say(error.text);
  if (error.status === 0 || error.status >= 502) return t("offline");
  if (error.status === 401) return t("signIn");
  if (error.status === 403) return t("forbidden");
  if (error.status === 404) return t("missing");
  if (error.status === 429) return t("tooMany");
  return t("other", { status: error.status });
}

function isBilingual(value: unknown): value is Bilingual {
  if (typeof value !== "object" || value === null) return false;
  return "en" in value && typeof value.en === "string" && "zh" in value && typeof value.zh === "string";
}

/** Reads the hub's account of a refusal; anything else gives just the status. */
export function troubleOf(status: number, body: unknown): Trouble {
  const fields = typeof body === "object" && body !== null ? body : {};
  const reason = "reason" in fields && typeof fields.reason === "string" ? fields.reason : "unknown";
  return new Trouble(status, reason, "text" in fields && isBilingual(fields.text) ? fields.text : null);
}

type Method = "GET" | "POST" | "DELETE";

async function request<T>(method: Method, path: string, body?: object): Promise<T> {
  const headers: Record<string, string> = body === undefined ? {} : { "content-type": "application/json" };
  const init: RequestInit = { method, headers, credentials: "same-origin" };
  if (body !== undefined) init.body = JSON.stringify(body);
  let response: Response;
  try {
    response = await fetch(path, init);
  } catch {
    throw new Trouble(0, "offline", null);
  }
  const text = await response.text();
  let parsed: unknown = null;
  try {
    parsed = text === "" ? null : JSON.parse(text);
  } catch {
    throw new Trouble(response.status, "not_json", null);
  }
  if (!response.ok) throw troubleOf(response.status, parsed);
  return parsed as T; // the hub's types and these are generated from one source
}

const part = encodeURIComponent;
const cellPath = (cellId: string): string => `/api/cells/${part(cellId)}`;
const episodePath = (episodeId: string): string => `/api/episodes/${part(episodeId)}`;

export const getMe = (): Promise<Me> => request("GET", "/api/me");
export const signIn = (body: SignIn): Promise<Me> => request("POST", "/api/sign-in", body);
export const signOut = (): Promise<unknown> => request("POST", "/api/sign-out", {});
export const getConsent = (): Promise<ConsentText> => request("GET", "/api/consent");
export const withdraw = (body: Withdraw): Promise<Withdrawn> => request("POST", "/api/withdrawal", body);
export const giveConsent = (body: GiveConsent): Promise<Me> => request("POST", "/api/consent", body);
export const takeRole = (body: RoleToken): Promise<Me> => request("POST", "/api/role", body);
export const getCells = (): Promise<CellCard[]> => request("GET", "/api/cells");
export const getPuzzles = (): Promise<PuzzleCard[]> => request("GET", "/api/puzzles");
export const joinQueue = (body: JoinQueue): Promise<QueuePlace> => request("POST", "/api/queue", body);
export const leaveQueue = (): Promise<unknown> => request("DELETE", "/api/queue");
export const leaveTurn = (): Promise<unknown> => request("POST", "/api/turn/leave", {});
export const getResult = (turnId: string): Promise<Result> => request("GET", `/api/results/${part(turnId)}`);
export const getLeaderboard = (puzzleId: string): Promise<Result[]> =>
  request("GET", `/api/leaderboard?puzzle_id=${part(puzzleId)}`);
export const stopCell = (cellId: string, body: OperatorStop): Promise<OrderAnswer> =>
  request("POST", `${cellPath(cellId)}/stop`, body);
export const resetCell = (cellId: string, body: OperatorReset): Promise<OrderAnswer> =>
  request("POST", `${cellPath(cellId)}/reset`, body);
export const restCell = (cellId: string, body: OperatorRest): Promise<OrderAnswer> =>
  request("POST", `${cellPath(cellId)}/rest`, body);
export const getIceServers = (): Promise<IceServers> => request("GET", "/api/ice");
export const viewCell = (cellId: string): Promise<ViewTicket> => request("POST", `${cellPath(cellId)}/view`, {});
export const searchEpisodes = (body: Search): Promise<Found> => request("POST", "/api/search", body);
export const getExports = (): Promise<Exports> => request("GET", "/api/exports");
export const startExport = (body: StartExport): Promise<Exports> => request("POST", "/api/exports", body);
export const cancelExport = (exportId: string): Promise<Exports> => request("DELETE", `/api/exports/${part(exportId)}`);
export const resumeExport = (exportId: string): Promise<Exports> =>
  request("POST", `/api/exports/${part(exportId)}/resume`, {});
export const getEpisode = (episodeId: string): Promise<EpisodeCard> => request("GET", episodePath(episodeId));
export const getSeries = (episodeId: string): Promise<Series> => request("GET", `${episodePath(episodeId)}/series`);
export const getAnnotations = (episodeId: string): Promise<Annotations> =>
  request("GET", `${episodePath(episodeId)}/annotations`);
export const saveAnnotation = (episodeId: string, body: SaveAnnotation): Promise<Annotations> =>
  request("POST", `${episodePath(episodeId)}/annotations`, body);
export const getAnnotationSet = (puzzleId: string | null): Promise<AnnotationSet> =>
  request("GET", `/api/annotations${puzzleId === null ? "" : `?puzzle_id=${part(puzzleId)}`}`);
export const getTracks = (episodeId: string): Promise<Tracks> => request("GET", `${episodePath(episodeId)}/tracks`);

/** The newest small picture of a cell; the version makes each picture's address its own. */
export const thumbnailUrl = (cellId: string, version: number): string => `${cellPath(cellId)}/thumbnail.jpg?v=${version}`;
export const videoUrl = (episodeId: string, camera: string): string =>
  `${episodePath(episodeId)}/video/${part(camera)}.mp4`;
export const downloadUrl = (episodeId: string): string => `${episodePath(episodeId)}/download`;

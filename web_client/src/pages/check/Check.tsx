/** `/check/:cell` and `/check/:cell/:puzzle`: what this connection is good for, in words, before a turn depends on it. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { live } from "../../api/live";
import { getPuzzles } from "../../api/rest";
import { ask } from "../../app/dialogs";
import { navigate } from "../../app/router";
import { me } from "../../app/session";
import { say } from "../../i18n";
import { number } from "../../i18n/format";
import { CellView } from "../../ui/CellView";
import { Badge, Notice, Waiting } from "../../ui/parts";
import { useLoaded } from "../../ui/useLoaded";
import type { PuzzleInfo } from "../../wire";
import { join, joining, place } from "../lobby/join";
import "./check.css";
import { Check as Measurement, handsHere, MEASURED_MS, type Stage } from "./measure";
import { rememberChecked } from "./remembered";
import { type CheckVerdict, type Fitness, type Found, judge } from "./verdict";
import { t } from "./words";

const TONES = { every: "good", some: "fair", none: "bad", blind: "bad", unreachable: "bad" } as const satisfies Record<Fitness, string>;

function headline({ fitness, good }: CheckVerdict): string {
  if (fitness !== "some") return t(fitness);
  const names = new Intl.ListFormat(document.documentElement.lang).format(good.map((puzzle) => say(puzzle.title)));
  return names === "" ? t("someUnnamed") : t("some", { names });
}

function Puzzles({ verdict }: { verdict: CheckVerdict }): JSX.Element | null {
  if (verdict.good.length + verdict.hard.length === 0) return null;
  const hopeless = verdict.fitness === "blind" || verdict.fitness === "unreachable";
  return (
    <section>
      <h2>{t("puzzles")}</h2>
      <ul class="linkcheck__puzzles">
        {[...verdict.good, ...verdict.hard].map((puzzle) => (
          <li key={puzzle.id}>
            <span>{say(puzzle.title)}</span>
            {verdict.good.includes(puzzle) ? <Badge tone="good">{t("fits")}</Badge> : <Badge tone="warn">{t(hopeless ? "no" : "hard")}</Badge>}
          </li>
        ))}
      </ul>
    </section>
  );
}

function AdviceList({ verdict }: { verdict: CheckVerdict }): JSX.Element | null {
  if (verdict.advice.length === 0) return null;
  return (
    <section>
      <h2>{t("advice")}</h2>
      <ul class="linkcheck__advice">
        {verdict.advice.map((one) => (
          <li key={one}>{t(`advice_${one}`)}</li>
        ))}
      </ul>
    </section>
  );
}

function Figures({ found }: { found: Found }): JSX.Element {
  const ms = (value: number | null): string => (value === null ? t("unknown") : t("ms", { n: number(value) }));
  const codecs = [found.h264 ? "H.264" : "", found.vp8 ? "VP8" : ""].filter((name) => name !== "").join(", ");
  const rows: readonly (readonly [string, string])[] = [
    [t("roundTrip"), ms(found.roundTripMs)],
    [t("jitter"), ms(found.jitterMs)],
    [t("loss"), found.loss === null ? t("unknown") : t("percent", { n: number(found.loss * 100, 1) })],
    [t("picture"), ms(found.pictureMs)],
    [t("decode"), ms(found.decodeMs)],
    [t("rate"), found.picturesPerS === null ? t("unknown") : t("perS", { n: number(found.picturesPerS) })],
    [t("plays"), codecs === "" ? t("noCodec") : codecs],
    [t("hands"), t(handsHere())],
  ];
  return (
    <section>
      <h2 class="unseen">{t("figures")}</h2>
      <dl class="linkcheck__figures">
        {rows.map(([label, value]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd class="number">{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function Picture({ check, measuring }: { check: Measurement; measuring: boolean }): JSX.Element | null {
  const video = useRef<HTMLVideoElement>(null);
  const stream = check.stream.value;
  useEffect(() => {
    const element = video.current;
    if (!measuring || element === null) return undefined;
    element.srcObject = stream;
    check.attach(element);
    return () => check.attach(null);
  }, [check, measuring, stream]);
  return measuring && stream !== null ? <video ref={video} muted autoplay playsInline aria-label={t("video")} /> : null;
}

type Ways = { verdict: CheckVerdict | null; puzzle: PuzzleInfo | null; cellId: string; again: () => void };

/** On to the turn that was asked for, or to the puzzles; a hopeless link leads to the lobby first. */
function Actions({ verdict, puzzle, cellId, again }: Ways): JSX.Element {
  const first = useRef<HTMLButtonElement>(null);
  const done = verdict !== null;
  useEffect(() => {
    // Who waits here with the keyboard goes on with Enter; a focus that was put elsewhere stays there.
    const { activeElement } = document;
    if (done && (activeElement === null || activeElement === document.body || activeElement.id === "page")) first.current?.focus();
  }, [done]);
  const usable = verdict?.fitness === "every" || verdict?.fitness === "some";
  const on = (): void => {
    rememberChecked();
    if (puzzle !== null && place.value === null) void join(cellId, puzzle.id);
    else navigate({ page: "lobby" });
  };
  const toLobby = (): void => {
    rememberChecked();
    navigate({ page: "lobby" });
  };
  if (!done) {
    return (
      <div class="linkcheck__ways">
        <button type="button" class="button button--quiet" onClick={on} disabled={joining.value}>
          {t("skip")}
        </button>
      </div>
    );
  }
  const onward = puzzle === null ? t("toPuzzles") : t(usable ? "play" : "playAnyway", { title: say(puzzle.title) });
  return (
    <div class="linkcheck__ways">
      {usable ? (
        <button ref={first} type="button" class="button button--primary button--big" onClick={on} disabled={joining.value}>
          {onward}
        </button>
      ) : (
        <button ref={first} type="button" class="button button--primary button--big" onClick={toLobby}>
          {t("toLobby")}
        </button>
      )}
      <button type="button" class="button" onClick={again}>
        {t("again")}
      </button>
      {!usable && puzzle !== null && (
        <button type="button" class="button button--quiet" onClick={on} disabled={joining.value}>
          {onward}
        </button>
      )}
    </div>
  );
}

function Progress({ stage }: { stage: Stage }): JSX.Element {
  return (
    <>
      <h1>{t("title")}</h1>
      <p class="soft" role="status">
        {t(stage.kind === "reaching" ? "reaching" : "measuring")}
      </p>
      <div class="linkcheck__bar" aria-hidden="true">
        <i class={stage.kind} style={{ animationDuration: `${MEASURED_MS}ms` }} />
      </div>
      <p class="faint">{t("what")}</p>
    </>
  );
}

function Outcome({ verdict, found, trouble }: { verdict: CheckVerdict; found: Found; trouble: string }): JSX.Element {
  return (
    <>
      <div role="status">
        <p class="linkcheck__label">{t("title")}</p>
        <h1 class={`linkcheck__word linkcheck__word--${TONES[verdict.fitness]}`}>{headline(verdict)}</h1>
        <p class="soft">{t(`${verdict.fitness}Text`)}</p>
        {trouble !== "" && <p class="soft">{trouble}</p>}
      </div>
      <Puzzles verdict={verdict} />
      <AdviceList verdict={verdict} />
      <Figures found={found} />
    </>
  );
}

function Checking({ cellId, puzzleId }: { cellId: string; puzzleId: string | null }): JSX.Element {
  const tries = useSignal(0);
  const check = useMemo(() => new Measurement(cellId), [cellId, tries.value]);
  useEffect(() => {
    const hidden = { while: document.hidden };
    const look = (): void => {
      if (document.hidden) hidden.while ||= check.stage.value.kind !== "done";
      else if (hidden.while) tries.value += 1; // a page that is not shown draws no pictures: that says nothing of the link
    };
    document.addEventListener("visibilitychange", look);
    void check.start();
    return () => {
      document.removeEventListener("visibilitychange", look);
      check.close();
    };
  }, [check]);
  const loaded = useLoaded(getPuzzles, []);
  const puzzles = (loaded.value ?? []).filter((card) => card.cell_ids.includes(cellId)).map((card) => card.puzzle);
  const stage = check.stage.value;
  const verdict = stage.kind === "done" ? judge(stage.found, puzzles) : null;
  const cell = live.lobby.value?.cells.find((one) => one.cell_id === cellId);
  return (
    <div class={verdict === null ? "linkcheck" : "linkcheck linkcheck--done"}>
      <div class="linkcheck__said card">
        {stage.kind === "done" && verdict !== null ? (
          <Outcome verdict={verdict} found={stage.found} trouble={stage.trouble} />
        ) : (
          <Progress stage={stage} />
        )}
        <Actions
          verdict={verdict}
          puzzle={puzzles.find((puzzle) => puzzle.id === puzzleId) ?? null}
          cellId={cellId}
          again={() => (tries.value += 1)}
        />
      </div>
      <div class="linkcheck__stage">
        {cell !== undefined && <CellView cell={cell} />}
        <Picture check={check} measuring={stage.kind === "measuring"} />
      </div>
    </div>
  );
}

/** The page; who has no name yet is asked for one first, since cells are watched by known people only. */
export default function CheckPage({ cellId, puzzleId }: { cellId: string; puzzleId: string | null }): JSX.Element {
  const who = me.value;
  if (who === null) return <Waiting />;
  if (who.roles.length > 0) return <Checking cellId={cellId} puzzleId={puzzleId} />;
  return (
    <Notice title={t("signInTitle")} text={t("signInText")}>
      <button type="button" class="button button--primary" onClick={() => void ask("signIn")}>
        {t("signIn")}
      </button>
    </Notice>
  );
}

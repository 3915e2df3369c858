/** A cell's newest small picture, exchanged only when the next one has arrived, so that it never flickers. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { thumbnailUrl } from "../api/rest";
import { say, words } from "../i18n";
import type { CellCard } from "../wire";

const t = words(
  { alt: "Live picture of {name}", none: "No picture yet", dark: "Offline" },
  { alt: "{name} 的实时画面", none: "暂无画面", dark: "离线" },
);

/** The picture, or words when there is none; grey while the cell is away. */
export function CellView({ cell }: { cell: CellCard }): JSX.Element {
  const source = useSignal<string | null>(null);
  const newest = useRef(0);
  const { cell_id: cellId, thumbnail_version: version, online } = cell;
  useEffect(() => {
    if (version === 0) return;
    const picture = new Image();
    picture.onload = () => {
      if (version < newest.current) return;
      newest.current = version;
      source.value = picture.src;
    };
    picture.src = thumbnailUrl(cellId, version);
  }, [cellId, version]);
  if (source.value === null) return <div class="cellview cellview--none">{online ? t("none") : t("dark")}</div>;
  return <img class={online ? "cellview" : "cellview cellview--away"} src={source.value} alt={t("alt", { name: say(cell.name) })} />;
}

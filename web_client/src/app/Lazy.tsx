/** A page that comes as a chunk of its own, with words while it is on its way and when it does not come. */
import { useSignal } from "@preact/signals";
import type { ComponentType, JSX } from "preact";
import { useEffect } from "preact/hooks";
import { words } from "../i18n";
import { Notice, Waiting } from "../ui/parts";

const t = words(
  { failed: "This page could not be loaded.", advice: "The connection may be down, or Armcade was updated meanwhile.", again: "Load again" },
  { failed: "页面加载失败。", advice: "可能网络中断，或者 Armcade 刚刚更新过。", again: "重新加载" },
);

type LazyProps<Props extends object> = {
  load: () => Promise<{ default: ComponentType<Props> }>;
  props: Props;
};

/** Loads and shows `load`'s default export. */
export function Lazy<Props extends object>({ load, props }: LazyProps<Props>): JSX.Element {
  const page = useSignal<ComponentType<Props> | null>(null);
  const failed = useSignal(false);
  useEffect(() => {
    let wanted = true;
    load().then(
      (module) => {
        if (wanted) page.value = module.default;
      },
      () => {
        if (wanted) failed.value = true;
      },
    );
    return () => {
      wanted = false;
    };
  }, [load]);
  if (failed.value) {
    return (
      <Notice title={t("failed")} text={t("advice")}>
        <button class="button" onClick={() => location.reload()}>
          {t("again")}
        </button>
      </Notice>
    );
  }
  const Loaded = page.value;
  return Loaded === null ? <Waiting /> : <Loaded {...props} />;
}

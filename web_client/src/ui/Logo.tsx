/** The mark: an arm bent to an A that lets go of a cube. */
import type { JSX } from "preact";

/** With an empty label it is decoration. */
export function Logo({ label, big = false }: { label: string; big?: boolean }): JSX.Element {
  const named = label === "" ? { "aria-hidden": true as const } : { role: "img" as const, "aria-label": label };
  return (
    <span class={big ? "logo logo--big" : "logo"} {...named}>
      <svg viewBox="0 0 40 40" class="logo__mark" aria-hidden="true">
        <path class="logo__arm" d="M7 33 17.5 9.5 29 22" />
        <path class="logo__jaw" d="m25.2 25.4 3.8-3.4 4.4 2.6" />
        <circle class="logo__joint" cx="7" cy="33" r="3.2" />
        <circle class="logo__joint" cx="17.5" cy="9.5" r="3.2" />
        <rect class="logo__cube" x="25.5" y="27.5" width="8.5" height="8.5" rx="1.6" />
      </svg>
      {!big && <span class="logo__word">Armcade</span>}
    </span>
  );
}

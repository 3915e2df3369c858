/** The browser's side of the routes: address bar, history, links. */
import { computed, signal, type ReadonlySignal } from "@preact/signals";
import type { ComponentChildren, JSX, TargetedMouseEvent } from "preact";
import { pathOf, readRoute, type Route } from "./routes";

const path = signal(location.pathname);

/** The page that the address bar names. */
export const route: ReadonlySignal<Route> = computed(() => readRoute(path.value));

/** Goes to a page; `replace` leaves no step back to the present one. */
export function navigate(to: Route, replace = false): void {
  const next = pathOf(to);
  if (replace) history.replaceState(null, "", next);
  else if (next !== location.pathname) history.pushState(null, "", next);
  path.value = next;
  scrollTo(0, 0);
}

addEventListener("popstate", () => {
  path.value = location.pathname;
});

type LinkProps = { to: Route; class?: string; children: ComponentChildren; "aria-current"?: "page" | undefined };

function plainClick(event: TargetedMouseEvent<HTMLAnchorElement>): boolean {
  return event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
}

/** A link inside the client: a real address, followed without loading the page again. */
export function Link({ to, children, ...rest }: LinkProps): JSX.Element {
  const follow = (event: TargetedMouseEvent<HTMLAnchorElement>): void => {
    if (!plainClick(event)) return;
    event.preventDefault();
    navigate(to);
  };
  return (
    <a href={pathOf(to)} onClick={follow} {...rest}>
      {children}
    </a>
  );
}

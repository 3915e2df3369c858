/** To come. */
import type { JSX } from "preact";
import { Waiting } from "../../ui/parts";

export function Lobby(): JSX.Element {
  return <Waiting />;
}

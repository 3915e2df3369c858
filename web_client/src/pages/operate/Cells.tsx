/** To come. */
import type { JSX } from "preact";
import { Waiting } from "../../ui/parts";

export default function Cells(): JSX.Element {
  return <Waiting />;
}

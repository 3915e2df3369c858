/** To come. */
import type { JSX } from "preact";

export default function Operate({ cellId }: { cellId: string }): JSX.Element {
  return <p>{cellId}</p>;
}

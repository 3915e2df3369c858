/** To come. */
import type { JSX } from "preact";

export default function Result({ turnId }: { turnId: string }): JSX.Element {
  return <p>{turnId}</p>;
}

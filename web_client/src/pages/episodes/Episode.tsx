/** To come. */
import type { JSX } from "preact";

export default function Episode({ episodeId }: { episodeId: string }): JSX.Element {
  return <p>{episodeId}</p>;
}

/** Sizes of whole sets, which outgrow megabytes. */
import { bytes, number } from "../../i18n/format";

/** A size in bytes as people read it, GB and TB included. */
export function sizeOf(size: number): string {
  if (size < 1e9) return bytes(size);
  return size < 1e12 ? `${number(size / 1e9, 1)} GB` : `${number(size / 1e12, 1)} TB`;
}

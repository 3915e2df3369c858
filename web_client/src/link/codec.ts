/** MessagePack on the data channels: whole messages in, checked types out; a bad one is null, never an error. */

import { Decoder, Encoder } from "@msgpack/msgpack";
import { type ControlIn, type ControlOut, type EventIn, type EventOut, MAX_MESSAGE_BYTES } from "../wire";
import { difference, is } from "./check";

/** What a data channel may hand over; larger ones are not ours. */
const MAX_ARRIVING_BYTES = 65_536;

const encoder = new Encoder({ useBigInt64: true });
const decoder = new Decoder({
  useBigInt64: true,
  maxStrLength: 16_384,
  maxBinLength: 0,
  maxExtLength: 0,
  maxArrayLength: 1024,
  maxMapLength: 256,
});

/** Bytes of a message to the cell; RangeError when it would be refused there for its size. */
export function encode(message: ControlIn | EventIn): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(encoder.encode(widened(message)));
  if (bytes.length > MAX_MESSAGE_BYTES) throw new RangeError(`${message.type} has ${bytes.length} bytes`);
  return bytes;
}

/** The encoder writes whole numbers beyond 32 bits as floats, which the cell refuses; as bigints they stay whole. */
function widened(value: unknown): unknown {
  if (typeof value === "number") {
    return Number.isSafeInteger(value) && Math.abs(value) > 0x7fff_ffff ? BigInt(value) : value;
  }
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(widened);
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, widened(part)]));
}

/** A message of the control channel; null when it is not one, and `complain` hears why. */
export function decodeControl(data: unknown, complain?: (flaw: string) => void): ControlOut | null {
  const value = decoded(data);
  if (is("ControlOut", value)) return value;
  complain?.(difference("ControlOut", value));
  return null;
}

/** A message of the events channel; null when it is not one, and `complain` hears why. */
export function decodeEvent(data: unknown, complain?: (flaw: string) => void): EventOut | null {
  const value = decoded(data);
  if (is("EventOut", value)) return value;
  complain?.(difference("EventOut", value));
  return null;
}

function decoded(data: unknown): unknown {
  if (!(data instanceof ArrayBuffer) || data.byteLength > MAX_ARRIVING_BYTES) return undefined;
  try {
    return narrowed(decoder.decode(data));
  } catch {
    return undefined;
  }
}

/** The decoder makes a bigint of every number that was sent in 64 bits; most of them fit a number. */
function narrowed(value: unknown): unknown {
  if (typeof value === "bigint") {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value;
  }
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(narrowed);
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, narrowed(part)]));
}

/** Checks what arrives against the generated shapes; nothing else may claim a message's type. */

import { type Shape, SHAPES, type Types } from "../wire";

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isList = (shape: Shape): shape is readonly unknown[] => Array.isArray(shape);

const isShape = (value: unknown): value is Shape =>
  typeof value === "string" || Array.isArray(value) || isRecord(value);

const isName = (name: string): name is keyof Types => Object.hasOwn(SHAPES, name);

/** Whether a value has the form of the named type; unknown extra fields are allowed, so that cells may be newer. */
export const is = <Name extends keyof Types>(name: Name, value: unknown): value is Types[Name] =>
  flaw(SHAPES[name], value) === null;

/** Where and how a value differs from the named type, as `.field[2]: found`; empty when it does not. */
export const difference = (name: keyof Types, value: unknown): string => flaw(SHAPES[name], value) ?? "";

/** Null when the value fits; a text is only made once something does not. */
function flaw(shape: Shape, value: unknown): string | null {
  if (typeof shape === "string") return namedFlaw(shape, value);
  if (isList(shape)) return listFlaw(shape, value);
  if (!isRecord(value)) return found(value);
  for (const [field, part] of Object.entries(shape)) {
    const inner = flaw(part, value[field]);
    if (inner !== null) return `.${field}${inner}`;
  }
  return null;
}

function namedFlaw(name: string, value: unknown): string | null {
  if (isName(name)) return flaw(SHAPES[name], value);
  return fitsSimple(name, value) ? null : found(value);
}

function fitsSimple(name: string, value: unknown): boolean {
  switch (name) {
    case "number":
      return typeof value === "number" && Number.isFinite(value);
    case "integer64":
      return typeof value === "bigint" || Number.isInteger(value);
    case "null":
      return value === null;
    default:
      return (name === "string" || name === "boolean") && typeof value === name;
  }
}

function listFlaw(shape: readonly unknown[], value: unknown): string | null {
  const [head, ...rest] = shape;
  if (head === "literal") return rest.includes(value) ? null : found(value);
  const parts = rest.filter(isShape);
  if (head === "union") return unionFlaw(parts, value);
  if (!Array.isArray(value)) return found(value);
  const items: readonly unknown[] = value;
  if (head === "tuple" && items.length !== parts.length) return ` has ${items.length} items`;
  for (const [at, item] of items.entries()) {
    const inner = flaw(parts[head === "list" ? 0 : at] ?? "nothing", item);
    if (inner !== null) return `[${at}]${inner}`;
  }
  return null;
}

/** The flaw against the member with the same tag, where there is one. */
function unionFlaw(parts: readonly Shape[], value: unknown): string | null {
  const flaws = parts.map((part) => flaw(part, value));
  if (flaws.includes(null)) return null;
  return flaws.find((one) => one !== null && !one.startsWith(".type")) ?? found(value);
}

function found(value: unknown): string {
  return `: ${String(typeof value === "object" && value !== null ? Object.keys(value).slice(0, 8) : value).slice(0, 80)}`;
}

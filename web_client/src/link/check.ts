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
  fits(SHAPES[name], value);

function fits(shape: Shape, value: unknown): boolean {
  if (typeof shape === "string") return fitsNamed(shape, value);
  if (isList(shape)) return fitsList(shape, value);
  if (!isRecord(value)) return false;
  return Object.entries(shape).every(([field, part]) => fits(part, value[field]));
}

function fitsNamed(name: string, value: unknown): boolean {
  switch (name) {
    case "number":
      return typeof value === "number" && Number.isFinite(value);
    case "integer64":
      return typeof value === "bigint" || Number.isInteger(value);
    case "string":
    case "boolean":
      return typeof value === name;
    case "null":
      return value === null;
    default:
      return isName(name) && fits(SHAPES[name], value);
  }
}

function fitsList(shape: readonly unknown[], value: unknown): boolean {
  const [head, ...rest] = shape;
  if (head === "literal") return rest.includes(value);
  const parts = rest.filter(isShape);
  if (head === "union") return parts.some((part) => fits(part, value));
  if (!Array.isArray(value)) return false;
  const items: readonly unknown[] = value;
  const [first] = parts;
  if (head === "list") return first !== undefined && items.every((item) => fits(first, item));
  return items.length === parts.length && parts.every((part, at) => fits(part, items[at]));
}

// The schema of a recipe as the form asks for it.

import { signal } from "@preact/signals";
import { call, reasonsOf } from "../../api";
import type { KeySchema, RecipeSchema, TableSchema } from "./shapes";

export const schema = signal<RecipeSchema | null>(null);
export const schemaProblem = signal("");

/** Fetch the schema, once. */
export async function readSchema(): Promise<void> {
  if (schema.peek()) return;
  try {
    schema.value = await call<RecipeSchema>("GET", "workshop/schema");
    schemaProblem.value = "";
  } catch (error) {
    schemaProblem.value = reasonsOf(error).join(" ");
  }
}

const nameIn = (ref: string | undefined) => ref?.split("/").at(-1) ?? "";

/** The keys of a table other than a phase. */
export function tableSchema(from: RecipeSchema, table: string): TableSchema | null {
  return from.$defs[nameIn(from.properties[table]?.$ref)] ?? null;
}

/** The keys of a phase of this type; null when there is no such type. */
export function phaseSchema(from: RecipeSchema, type: unknown): TableSchema | null {
  const all = Object.values(from.$defs);
  return all.find((table) => table.properties?.type?.const === type) ?? null;
}

/** The types of phases, in the order in which a recipe has them. */
export function phaseTypes(from: RecipeSchema): string[] {
  return ORDER.filter((type) => phaseSchema(from, type));
}

const ORDER = [
  "leak_test",
  "purge",
  "prove_inert",
  "mill_hold",
  "mill_pulse",
  "cool_down",
  "safe_to_open",
];

/** What may stand at a key: its own words, or those of the list that it points to. */
export function choicesOf(from: RecipeSchema, key: KeySchema): string[] | null {
  return key.enum ?? from.$defs[nameIn(key.$ref)]?.enum ?? null;
}

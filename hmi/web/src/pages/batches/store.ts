// The list of batches with what a person looks for in it, and the records that were opened.

import { computed, signal } from "@preact/signals";
import { call, RECORD_MS, Refusal, reasonsOf } from "../../api";
import { dateOf } from "../../format";
import type { BatchRecord, RecordedTrend, Summary } from "./types";

export const POINTS = 2000;
const KEPT = 4;

export const summaries = signal<Summary[] | null>(null);
export const listProblem = signal("");

/** What is looked for: words anywhere in a line, and one of each kind. Empty is any. */
export const words = signal("");
export const recipe = signal("");
export const outcome = signal("");
export const operator = signal("");
export const from = signal("");
export const to = signal("");
/** The batches that are ticked, to be laid over one another; the first is what others are compared with. */
export const ticked = signal<string[]>([]);

export async function readList(): Promise<void> {
  try {
    summaries.value = await call<Summary[]>("GET", "batches");
    listProblem.value = "";
  } catch (error) {
    listProblem.value = reasonsOf(error).join(" ");
  }
}

// Dates may be parts of dates: "2026-11" as an end is after all days of that month.
function suits(it: Summary): boolean {
  const day = dateOf(it.started_utc ?? it.loaded_utc);
  const text = [it.id, it.recipe_id, it.operator, it.outcome, it.disposition?.disposition];
  const line = text.join(" ").toLowerCase();
  return (
    words.value
      .toLowerCase()
      .split(/\s+/)
      .every((word) => line.includes(word)) &&
    (!recipe.value || it.recipe_id === recipe.value) &&
    (!outcome.value || it.outcome === outcome.value) &&
    (!operator.value || it.operator === operator.value) &&
    (!from.value || day >= from.value) &&
    (!to.value || day <= `${to.value}~`)
  );
}

export const found = computed(() => summaries.value?.filter(suits) ?? []);
export const isFiltered = computed(() =>
  [words, recipe, outcome, operator, from, to].some((wanted) => wanted.value !== ""),
);

/** Every value that a filter can have, in order. */
export function choices(pick: (from: Summary) => string | null): string[] {
  const all = summaries.value?.map(pick).filter((it): it is string => !!it) ?? [];
  return [...new Set(all)].sort();
}

export function clearFilters(): void {
  for (const wanted of [words, recipe, outcome, operator, from, to]) wanted.value = "";
}

export function tick(id: string, on: boolean): void {
  const others = ticked.peek().filter((other) => other !== id);
  ticked.value = on ? [...others, id] : others;
}

export interface Opened {
  record: BatchRecord;
  trend: RecordedTrend | null;
}

/** What was read, by the id of the batch; a text is why it could not be read. */
export const opened = signal<Record<string, Opened | string>>({});

function read<T>(path: string): Promise<T> {
  return call<T>("GET", path, undefined, RECORD_MS);
}

/** A batch that was never started has no trend: that is no fault. */
function orNone(error: unknown): null {
  if (error instanceof Refusal && error.status === 404) return null;
  throw error;
}

/** The trend of a batch between two times, with as many points as the whole one has. */
export function readPart(id: string, from: number, to: number): Promise<RecordedTrend> {
  const part = `points=${POINTS}&from_s=${Math.max(0, from)}&to_s=${Math.max(0, to)}`;
  return read<RecordedTrend>(`batches/${encodeURIComponent(id)}/trend?${part}`);
}

/** Read a batch anew; the newest few stay. */
export async function open(id: string): Promise<void> {
  const keep = (it: Opened | string) => {
    const others = Object.entries(opened.peek()).filter(([other]) => other !== id);
    opened.value = Object.fromEntries([...others.slice(1 - KEPT), [id, it]]);
  };
  try {
    const path = `batches/${encodeURIComponent(id)}`;
    const [record, trend] = await Promise.all([
      read<BatchRecord>(path),
      read<RecordedTrend>(`${path}/trend?points=${POINTS}`).catch(orNone),
    ]);
    keep({ record, trend });
  } catch (error) {
    keep(reasonsOf(error).join(" "));
  }
}

// Where a value lies between its limits: plain functions for bars, cards and the mimic.

import { fixed } from "../format";
import { live } from "../live/store";
import { strings } from "../strings";
import type { Limits, Value } from "../types";

const LOGARITHMIC = new Set(["o2_ppm", "h2o_ppm", "h2s_ppm"]);

/** Whether a value may be read as what is now: it was measured, in time, and came in time. */
export function usable(value: Value | undefined): value is Value & { value: number } {
  return (
    live.value && value?.value != null && (value.quality === "good" || value.quality === "limited")
  );
}

/** The number as shown: five figures fit, and more decimals than that say nothing. */
export function reading(value: number, decimals: number): string {
  const figures = Math.abs(value) >= 1000 ? 0 : Math.abs(value) >= 100 ? 1 : decimals;
  return fixed(value, Math.min(decimals, figures));
}

type End = number | null;

function isOutside(value: number, pair: [End, End] | undefined, end: 0 | 1): boolean {
  const limit = pair?.[end] ?? null;
  return limit !== null && (end === 0 ? value < limit : value > limit);
}

/** The word for a value beyond a limit, empty for one within. */
export function sideOf(value: number, limits: Limits | null | undefined): string {
  for (const pair of [limits?.act, limits?.warn]) {
    if (isOutside(value, pair, 1)) return strings.values.high;
    if (isOutside(value, pair, 0)) return strings.values.low;
  }
  return "";
}

export interface Mark {
  /** Place along the bar, 0 to 1. */
  at: number;
  /** A limit that only warns, or one at which the controller acts. */
  kind: "warn" | "act";
}

export interface Bar {
  marks: Mark[];
  /** Where the value is, null without one. */
  pointer: number | null;
}

/** The bar of one signal, null when no limit counts now. */
export function barOf(
  signal: string,
  value: number | null,
  limits: Limits | null | undefined,
): Bar | null {
  const log = LOGARITHMIC.has(signal);
  const ends = scaleOf(limits, log);
  if (!ends) return null;
  const at = (it: number) =>
    Math.min(1, Math.max(0, (place(it, log) - ends[0]) / (ends[1] - ends[0])));
  const marks = (["warn", "act"] as const).flatMap((kind) =>
    (limits?.[kind] ?? []).flatMap((end) => (end === null ? [] : [{ at: at(end), kind }])),
  );
  return { marks, pointer: value === null ? null : at(value) };
}

function place(value: number, log: boolean): number {
  return log ? Math.log10(Math.max(value, 0.01)) : value;
}

function scaleOf(limits: Limits | null | undefined, log: boolean): [number, number] | null {
  const ends = [...(limits?.warn ?? []), ...(limits?.act ?? [])].filter((end) => end !== null);
  if (ends.length === 0) return null;
  const low = Math.min(...ends);
  const high = Math.max(...ends);
  if (log) return [-2, place(high, true) + 1];
  const onlyHigh = (limits?.warn?.[0] ?? limits?.act?.[0] ?? null) === null;
  if (onlyHigh) return [0, 1.25 * high];
  const room = 0.3 * Math.max(high - low, 0.1 * Math.abs(high), 1e-9);
  return [low - room, high + room];
}

/** What keeps a value from being good, in words with its age; empty when nothing does. */
export function flaw(value: Value): string {
  if (!live.value) return strings.live.title;
  if (value.quality === "good") return "";
  const word = strings.quality[value.quality] ?? value.quality;
  return value.age_s === null || value.quality === "limited"
    ? word
    : `${word} ${value.age_s.toFixed(1)} s`;
}

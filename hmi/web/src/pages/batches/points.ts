// Recorded trends as the plots take them: one batch, or several over one another.

import { type Column, type Mark, PENS, type Pen, type Points } from "../../trend/history";
import type { BatchRecord, RecordedTrend } from "./types";

// What the machine does when it is no longer in a phase.
const LEAVES: Record<string, string> = {
  HOLDING: "HELD",
  PAUSING: "PAUSED",
  STOPPING: "STOPPED",
  ABORTING: "ABORTED",
  COMPLETING: "COMPLETE",
};

/** Where a batch begins for being laid over others, in its own process time. */
export function firstTurnS(trend: RecordedTrend): number {
  const rpm = trend.series.rotor_rpm;
  const at = rpm?.values.findIndex((value) => (value ?? 0) > 1) ?? -1;
  return rpm?.t_s[Math.max(0, at)] ?? 0;
}

/** The points of the first trend and of the others, each from its own `zeros`. */
export function pointsOf(trends: RecordedTrend[], zeros: number[], marks: Mark[]): Points {
  const times = trends.flatMap((trend, i) =>
    PENS.flatMap((pen) => trend.series[pen]?.t_s.map((time) => at(time, zeros[i])) ?? []),
  );
  const t = [...new Set(times)].sort((a, b) => a - b);
  const rowOf = new Map(t.map((time, row) => [time, row]));
  const [pens, ...others] = trends.map((trend, i) => columnsOf(trend, zeros[i] ?? 0, rowOf));
  return { t, pens: pens as Points["pens"], others: others as Points["pens"][], marks };
}

// Two points that are less than a scan apart are of the same time.
function at(time: number, zero = 0): number {
  return Math.round((time - zero) * 100) / 100;
}

// Every column has points of its own: what it was not asked for is undefined, what is unknown null.
function columnsOf(
  trend: RecordedTrend,
  zero: number,
  rowOf: Map<number, number>,
): Partial<Record<Pen, Column>> {
  const columns = PENS.map((pen) => {
    const column: Column = new Array(rowOf.size);
    const { t_s = [], values = [] } = trend.series[pen] ?? {};
    t_s.forEach((time, i) => {
      column[rowOf.get(at(time, zero)) ?? 0] = values[i] ?? null;
    });
    return [pen, column];
  });
  return Object.fromEntries(columns);
}

/** The phases of a batch as bands; in between, what the machine was in. */
export function marksOf(record: BatchRecord, words: Record<string, string>): Mark[] {
  const marks: Mark[] = [];
  let phase = "";
  const all = [...record.phases, ...record.transitions].sort((a, b) => a.seq - b.seq);
  for (const { kind, text, process_s, data } of all) {
    const to = kind === "transition" ? String(data.to) : "";
    if (kind === "phase_started") phase = text;
    const state = LEAVES[to];
    const label = state ? (words[state] ?? state) : phase;
    if (kind !== "phase_started" && to !== "RUNNING" && !state) continue;
    if (label && marks.at(-1)?.label !== label) marks.push({ t: process_s, label });
  }
  return marks;
}

/** The last value of a column that is not later than a row. */
export function valueAt(column: Column, row: number): number | null {
  for (let i = row; i >= 0 && i > row - 400; i--) {
    const value = column[i];
    if (value !== undefined) return value;
  }
  return null;
}

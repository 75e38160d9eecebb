// A dry run as the plots take it, alone or with another one on the same time.

import { strings } from "../../strings";
import { type Column, type Mark, PENS, type Pen, type Points } from "../../trend/history";
import type { Limits } from "../../types";
import type { Run } from "./shapes";

// What the machine does when it is no longer in a phase.
const LEAVES = new Set(["HOLDING", "STOPPING", "ABORTING"]);
const ENDS: Record<string, string> = { HOLDING: "HELD", STOPPING: "STOPPED", ABORTING: "ABORTED" };

/** The points of a run, and of `second` at the same times. */
export function pointsOf(run: Run, second?: Run): Points {
  const longest = second && end(second) > end(run) ? second : run;
  const t = longest.trend.t_s;
  return {
    t,
    pens: columns(run, t),
    marks: marksOf(run),
    ...(second && { others: [columns(second, t)] }),
  };
}

/** When the trend of a run ends. */
export function end(run: Run): number {
  return run.trend.t_s.at(-1) ?? 0;
}

function columns(run: Run, t: number[]): Record<Pen, Column> {
  const times = run.trend.t_s;
  const same = times === t;
  const rows = same ? [] : rowsAt(times, t);
  const of = (pen: Pen): Column => {
    const values = run.trend.columns.find(({ signal }) => signal === pen)?.values ?? [];
    return same ? values : rows.map((row) => (row === null ? null : (values[row] ?? null)));
  };
  return Object.fromEntries(PENS.map((pen) => [pen, of(pen)])) as Record<Pen, Column>;
}

/** The last row not later than each time; null after the end. */
function rowsAt(times: number[], t: number[]): (number | null)[] {
  const last = times.at(-1) ?? 0;
  let row = 0;
  return t.map((time) => {
    while (row + 1 < times.length && (times[row + 1] ?? 0) <= time) row++;
    return time > last ? null : row;
  });
}

function marksOf(run: Run): Mark[] {
  let phase = "";
  const marks: Mark[] = [];
  for (const { t_s, kind, text, data } of run.events) {
    const to = kind === "transition" ? String(data.to) : "";
    if (kind === "phase_started") phase = text;
    if (kind === "phase_started" || to === "RUNNING") put(marks, t_s, phase);
    else if (LEAVES.has(to)) put(marks, t_s, strings.states[ENDS[to] ?? to] ?? to);
  }
  return marks;
}

function put(marks: Mark[], t: number, label: string): void {
  if (label && marks.at(-1)?.label !== label) marks.push({ t, label });
}

/** The limit at which the controller acts on a pen, where the run has a margin to it. */
export function limitsOf(run: Run, pen: Pen): Limits | null {
  const margin = run.margins.find(({ signal }) => signal === pen);
  return margin ? { act: [null, margin.limit] } : null;
}

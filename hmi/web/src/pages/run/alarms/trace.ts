// The trace of an abort, as the plot and the list of changes take it.

import { PENS, type Points } from "../../../trend/history";

export interface TraceSummary {
  n: number;
  utc: string;
  process_s: number;
  cause: string;
  first_out: string | null;
  complete: boolean;
  scans: number;
}

type Cell = number | string | boolean | null;

export interface Trace extends TraceSummary {
  columns: string[];
  rows: Cell[][];
}

export interface Change {
  t: number;
  column: string;
  to: Cell;
}

const NEAR_S = 10;
const CONTACTS = new Set([
  "state",
  "lid_closed",
  "lid_locked",
  "estop_healthy",
  "run_permit_feedback",
  "standstill",
  "supply_valve_open",
  "exhaust_valve_open",
  "mains_healthy",
]);

/** The points of all pens, with the abort as the one mark. */
export function pointsOf(trace: Trace, label: string): Points {
  const column = (name: string) => trace.columns.indexOf(name);
  const at = column("t_s");
  const pens = Object.fromEntries(
    PENS.map((pen) => [pen, trace.rows.map((row) => numberOf(row[column(pen)]))]),
  );
  return {
    t: trace.rows.map((row) => Number(row[at])),
    pens: pens as unknown as Points["pens"],
    marks: [{ t: 0, label }],
  };
}

function numberOf(cell: Cell | undefined): number | null {
  return typeof cell === "number" ? cell : null;
}

/** Every contact, output and state that changed near the abort, in order of time. */
export function changesIn(trace: Trace): Change[] {
  const at = trace.columns.indexOf("t_s");
  const watched = trace.columns
    .map((name, index) => ({ name, index }))
    .filter(({ name, index }) => CONTACTS.has(name) || isSwitch(trace, name, index));
  const found: Change[] = [];
  for (let i = 1; i < trace.rows.length; i++) {
    const t = Number(trace.rows[i]?.[at]);
    if (Math.abs(t) > NEAR_S) continue;
    for (const { name, index } of watched) {
      const to = trace.rows[i]?.[index] ?? null;
      if (to !== (trace.rows[i - 1]?.[index] ?? null)) found.push({ t, column: name, to });
    }
  }
  return found;
}

function isSwitch(trace: Trace, name: string, index: number): boolean {
  return name.startsWith("out.") && typeof trace.rows[0]?.[index] === "boolean";
}

// The points of the trend: read once from the controller, then added to from the live stream.

import { signal } from "@preact/signals";
import { call } from "../api";
import { onSnapshot } from "../live/stream";
import { strings } from "../strings";
import type { Snapshot, Trend } from "../types";

export const PENS = [
  "o2_ppm",
  "h2o_ppm",
  "h2s_ppm",
  "rotor_rpm",
  "torque_nm",
  "powder_probe_c",
  "jar_c",
  "vessel_pressure_mbar_g",
  "argon_flow_slpm",
] as const;
export type Pen = (typeof PENS)[number];

const KEPT_S = 6 * 3600;
const DROPPED_S = 600;
// Of a long time the controller gives fewer points: the last hour is read again in full.
const FINE_S = 3600;
const RETRY_S = 10;
// A hole this long, in points that should be there, is filled from the controller.
const HOLE = 5;

export interface Mark {
  t: number;
  label: string;
}

/** Null is a gap; what is undefined was not asked for at this time, and is drawn over. */
export type Column = (number | null | undefined)[];

/** The ends of the band of dry runs; null where nothing is judged, or where it has no end. */
export interface BandColumns {
  low: Record<Pen, Column>;
  high: Record<Pen, Column>;
}

type LivePoints = Points & { band: BandColumns };

export interface Points {
  t: number[];
  pens: Record<Pen, Column>;
  marks: Mark[];
  band?: BandColumns;
  /** The same pens of other runs, at the same times. */
  others?: Record<Pen, Column>[];
}

function columns(): Record<Pen, Column> {
  return Object.fromEntries(PENS.map((pen) => [pen, []])) as unknown as Record<Pen, Column>;
}

function nothing(): LivePoints {
  return { t: [], pens: columns(), band: { low: columns(), high: columns() }, marks: [] };
}

export const points: { now: LivePoints } = { now: nothing() };
/** Counts up whenever points were added. */
export const edition = signal(0);
export const historyFailed = signal(false);

let reading = false;
let last = "";

/** Start a new history when the controller's clock begins anew; fill holes; add one point. */
function add(snapshot: Snapshot): void {
  const { t } = points.now;
  const newest = t.at(-1);
  const now = Math.floor(snapshot.process_s);
  const anew = newest === undefined || now < newest;
  if (anew) points.now = nothing();
  if (anew || (historyFailed.peek() && now % RETRY_S === 0)) void read(now - KEPT_S, now - FINE_S);
  else if (now - newest > HOLE * Math.max(1, snapshot.speed)) void read(newest);
  const end = points.now.t.at(-1);
  if (end !== undefined && now <= end) return;
  markPhase(snapshot, now);
  points.now.t.push(now);
  for (const pen of PENS) {
    const [low, high] = snapshot.batch?.band?.now?.[pen] ?? [null, null];
    points.now.pens[pen].push(usable(snapshot, pen));
    points.now.band.low[pen].push(low);
    points.now.band.high[pen].push(high);
  }
  forgetOld(now);
  edition.value += 1;
}

function usable(snapshot: Snapshot, pen: Pen): number | null {
  const value = snapshot.values[pen];
  const good = value?.quality === "good" || value?.quality === "limited";
  return good ? value.value : null;
}

// A band is a phase while the batch goes on, else what the machine is in.
export const RUNS = new Set(["RUNNING", "COMPLETING"]);
const BANDS: Record<string, string> = {
  HOLDING: "HELD",
  PAUSING: "PAUSED",
  STOPPING: "STOPPED",
  ABORTING: "ABORTED",
  RESETTING: "IDLE",
};
const PASSING = new Set(["STARTING", "RESUMING", "RESTARTING"]);

function markPhase(snapshot: Snapshot, now: number): void {
  const { state } = snapshot;
  const label = RUNS.has(state) ? (snapshot.batch?.phase?.label ?? "") : bandOf(state);
  if (!label || label === last) return;
  last = label;
  if (points.now.marks.at(-1)?.label === label) return;
  points.now.marks = [...points.now.marks, { t: now, label }];
}

function bandOf(state: string): string {
  return PASSING.has(state) ? "" : (strings.states[BANDS[state] ?? state] ?? "");
}

/** The controller's marks, phases and states in the order they began, as bands. */
function bandsOf(marks: Mark[]): Mark[] {
  const bands: Mark[] = [];
  let phase = "";
  for (const { t, label } of marks) {
    const isState = label in strings.states;
    if (!isState) phase = label;
    const text = !isState || RUNS.has(label) ? phase : bandOf(label);
    const before = bands.at(-1);
    if (!text || text === before?.label) continue;
    if (before && t - before.t < 1) bands.pop();
    bands.push({ t, label: text });
  }
  return bands;
}

function forgetOld(now: number): void {
  const { t, pens, band, marks } = points.now;
  if ((t[0] ?? now) > now - KEPT_S - DROPPED_S) return;
  const drop = t.findIndex((time) => time >= now - KEPT_S);
  t.splice(0, drop);
  for (const pen of PENS) {
    for (const column of [pens[pen], band.low[pen], band.high[pen]]) column.splice(0, drop);
  }
  const from = t[0] ?? now;
  points.now.marks = marks.filter((mark, i) => (marks[i + 1]?.t ?? now) > from || mark.t >= from);
}

async function read(...since: number[]): Promise<void> {
  if (reading) return;
  reading = true;
  try {
    for (const from of new Set(since.map((time) => Math.max(0, time)))) {
      merge(await call<Trend>("GET", `trend?since_s=${from}`));
    }
    historyFailed.value = false;
  } catch {
    historyFailed.value = true;
  } finally {
    reading = false;
  }
}

// What was read comes first; live points stay where they are later than all of it.
function merge(trend: Trend): void {
  const before = points.now;
  const at = trend.columns.indexOf("process_s");
  const rows = trend.rows.filter((row) => row[at] != null);
  const from = Number(rows[0]?.[at] ?? Number.POSITIVE_INFINITY);
  const to = Number(rows.at(-1)?.[at] ?? Number.NEGATIVE_INFINITY);
  const kept = before.t.map((time, i) => (time < from || time > to ? i : -1)).filter((i) => i >= 0);
  const early = kept.filter((i) => (before.t[i] ?? 0) < from);
  const late = kept.filter((i) => (before.t[i] ?? 0) > to);
  const next = nothing();
  const join = <T>(old: T[], fresh: T[]): T[] => [
    ...early.map((i) => old[i] as T),
    ...fresh,
    ...late.map((i) => old[i] as T),
  ];
  next.t = join(
    before.t,
    rows.map((row) => Number(row[at])),
  );
  for (const pen of PENS) {
    const fresh = (name: string) => {
      const column = trend.columns.indexOf(name);
      return rows.map((row) => (column < 0 ? null : (row[column] ?? null)));
    };
    next.pens[pen] = join(before.pens[pen], fresh(pen));
    next.band.low[pen] = join(before.band.low[pen], fresh(`${pen}.low`));
    next.band.high[pen] = join(before.band.high[pen], fresh(`${pen}.high`));
  }
  next.marks = mergeMarks(before.marks, bandsOf(trend.phases));
  points.now = next;
  edition.value += 1;
}

function mergeMarks(live: Mark[], read: Mark[]): Mark[] {
  const last = read.at(-1)?.t ?? Number.NEGATIVE_INFINITY;
  const first = read[0]?.t ?? Number.POSITIVE_INFINITY;
  return [
    ...live.filter((mark) => mark.t < first),
    ...read,
    ...live.filter((mark) => mark.t > last + HOLE),
  ];
}

onSnapshot(add);

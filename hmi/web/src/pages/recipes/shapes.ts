// What the workshop's routes answer.

export interface Fault {
  line: number;
  key: string;
  message: string;
}

export interface Span {
  type: string;
  label: string;
  begin_s: number;
  end_s: number;
  /** It ends on what is measured; its limit is told. */
  at_most: boolean;
  argon_l: number;
}

export interface Preview {
  id: string;
  version: number;
  title: string;
  spans: Span[];
  /** Corners of the rotor's set point as [s, rpm]. */
  rotor: [number, number][];
  duration_s: number;
  argon_l: number;
}

export interface Check {
  faults: Fault[];
  preview: Preview | null;
}

interface Deciles {
  d10_nm: number;
  d50_nm: number;
  d90_nm: number;
}

export interface SizeBand {
  by_exponent: Deciles;
  by_mass: Deciles;
}

export interface CurvePoint {
  wt_percent: number;
  dense_nm: number;
  apparent_nm: number;
  band_nm: SizeBand | null;
}

export interface Shell {
  dense_nm: number;
  apparent_nm: number;
  thin_limit_nm: number;
  band_nm: SizeBand | null;
  sigma_nm: number | null;
  coverage: { guest_area_ratio: number; random_coverage: number } | null;
  assumptions: string[];
  paper: { text: string } | null;
  published: {
    source: string;
    wt_percent: number;
    d50_um: number;
    calculated_nm: number;
    measured_nm: number;
  };
  paper_wt_percent: number[];
  curve: CurvePoint[];
  target?: { wt_percent: number | null; why: string };
}

export interface KnownFault {
  name: string;
  family: string;
  hazard: string;
  text: string;
  value: { unit: string; default: number; low: number; high: number } | null;
}

export type JobState = "waiting" | "running" | "done" | "failed" | "cancelled";

export interface Job {
  id: string;
  user: string;
  asked_utc: string;
  kind: "dry_run" | "fault_matrix";
  state: JobState;
  error: string;
  name: string;
  plant: string;
  seed: number;
  faults: string[];
  progress: number;
  plant_s?: number;
  tried?: number;
  of?: number;
  outcome?: string;
  failed?: number;
}

export interface Margin {
  label: string;
  signal: string;
  value: number;
  limit: number;
  unit: string;
}

export interface RunEvent {
  t_s: number;
  kind: string;
  text: string;
  data: Record<string, unknown>;
}

export interface Run {
  outcome: string;
  recipe: { id: string; version: number; sha256: string };
  duration_s: number;
  wall_s: number;
  real_time_factor: number | null;
  seed: number;
  plant: string;
  thickness_nm: Record<string, number>;
  totals: Record<string, number | null>;
  log_sha256: string;
  margins: Margin[];
  trend: {
    t_s: number[];
    columns: { signal: string; values: (number | null)[] }[];
  };
  events: RunEvent[];
}

export interface Case {
  fault: string;
  phase: string;
  onset_s: number;
  expected: string;
  reaction: string;
  delay_s: number | null;
  outcome: string;
  ok: boolean;
  why: string;
}

export interface Matrix {
  recipe: string;
  cases: number;
  failed: number;
  rows: Case[];
}

/** A job with the text that it ran, and what came of it. */
export interface WholeJob<R> extends Job {
  recipe_toml: string;
  result: R | null;
}

/** What the schema says of one key. */
export interface KeySchema {
  type?: "string" | "number" | "integer";
  const?: string;
  enum?: string[];
  $ref?: string;
  minimum?: number;
  maximum?: number;
  maxLength?: number;
}

export interface TableSchema {
  properties: Record<string, KeySchema>;
  required: string[];
}

export interface RecipeSchema {
  $defs: Record<string, TableSchema & KeySchema>;
  properties: Record<string, { $ref?: string }>;
}

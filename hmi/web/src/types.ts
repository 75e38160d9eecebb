// What the controller sends in every scan, and what the page's own server answers.

export type Quality =
  | "good"
  | "limited"
  | "uncertain"
  | "bad_sensor"
  | "bad_config"
  | "bad_comm"
  | "stale"
  | "not_licensed";

/** Where a value should be: `warn` and `act` are [low, high], each end null where there is none. */
export interface Limits {
  warn?: [number | null, number | null];
  act?: [number | null, number | null];
}

export interface Value {
  value: number | null;
  above_range: boolean;
  digital: boolean;
  unit: string;
  decimals: number;
  label: string;
  quality: Quality;
  age_s: number | null;
  source: string;
  /** Null while no row about this signal is armed. */
  limits?: Limits | null;
}

export interface Thickness {
  dense_nm: number;
  apparent_nm: number;
  thin_limit_nm: number;
  solid_fraction: number;
  assumptions: string[];
  band_nm: { by_exponent: { d10_nm: number; d50_nm: number; d90_nm: number } } | null;
}

export interface Charge {
  cam_mass_g: number;
  sse_mass_g: number;
  cam_lot: string;
  sse_lot: string;
  blade_id: string;
  /** The second person, who read scale and labels. */
  checked_by: string;
  emptied_and_cleaned: boolean;
  jar_id: string;
  argon_lot: string;
  balance_id: string;
  balance_stable: boolean | null;
  calibrated: string;
  /** Declared when the record does not know them, or they begin anew. */
  blade_hours: number | null;
  jar_hours: number | null;
  hours_origin: string;
}

export interface Phase {
  /** Counts from 0. */
  index: number;
  count: number;
  type: string;
  label: string;
  step: string;
  waiting_for: string;
  elapsed_s: number;
  limit_s: number;
  progress: number;
}

export interface Batch {
  id: string;
  recipe: { id: string; version: number; title: string; sha256: string };
  operator: string;
  phase: Phase | null;
  process_s: number;
  hold_s: number;
  wall_s: number;
  /** Process time to the end of the recipe at least; null when there is none to come. */
  time_left_s: number | null;
  revolutions: number;
  on_time_s: number;
  energy_kwh_per_kg: number;
  argon_l: number;
  leak_rate_mbar_l_s: number | null;
  phases: { label: string; type: string; done: boolean }[];
  thickness: Thickness;
  charge: Charge | null;
  target: { cam_mass_g: number; sse_mass_g: number; wt_percent: number; basis: string };
  /** Of the batch's own dry runs; null until they are done. */
  band: RunBand | null;
}

/** Where the dry runs of a batch went: an estimate, which never stops anything. */
export interface RunBand {
  sha256: string;
  runs: number;
  /** The ends at this moment, null where a run was beyond its range; null while not judged. */
  now: Record<string, [number | null, number | null]> | null;
  /** What is outside, in words. */
  outside: string[];
}

export interface Permissive {
  id: string;
  text: string;
  value: string;
  limit: string;
  ok: boolean;
}

export type Suppression = "none" | "shelved" | "suppressed" | "out_of_service";

export interface Alarm {
  id: string;
  signal: string;
  text: string;
  priority: 1 | 2 | 3;
  state: string;
  active: boolean;
  acked: boolean;
  first_out: boolean;
  /** The value itself is UNKNOWN, which counts as the unsafe side. */
  unknown: boolean;
  since_s: number;
  suppression: Suppression;
  /** Process time at which a shelf ends. */
  until_s: number | null;
  /** Why it is set aside, and by whom; empty when it is in sight. */
  reason: string;
  hidden_by: string;
  chattering: boolean;
  cause: string;
  consequence: string;
  action: string;
}

export interface AlarmFigures {
  per_10_min: number;
  per_hour: number;
  flood: boolean;
  chattering: string[];
  standing: number;
  stale: number;
  unacknowledged: number;
  shelved: number;
  suppressed: number;
  out_of_service: number;
  top: { id: string; count: number }[];
}

/** What people do by hand: who drives, and outputs that they hold. */
export interface Hands {
  mode: "auto" | "manual" | "maintenance";
  user: string;
  reason: string;
  for_s: number;
  rotor_rpm_max: number;
  jog: { user: string; left_s: number; rotor_rpm: number } | null;
  purge: { argon_flow_slpm: number; user: string; left_s: number; swept_l: number } | null;
  jog_missing: { gas: string[]; blade: string[] };
  blade_proven: boolean;
}

/** A row of the matrix that may be bypassed, and whether it is. */
export interface Bypass {
  row: string;
  text: string;
  group: string;
  role: string;
  max_min: number;
  barred_by: string;
  in_force: { user: string; role: string; reason: string; left_s: number } | null;
}

export interface Device {
  id: string;
  profile: string;
  address: string;
  connected: boolean;
  age_s: number | null;
  errors: number;
  round_trip_ms: number | null;
}

export type CommandName =
  | "load"
  | "charge"
  | "start"
  | "pause"
  | "resume"
  | "hold"
  | "restart"
  | "complete"
  | "stop"
  | "abort"
  | "reset"
  | "lid.release"
  | "ack"
  | "shelve"
  | "unshelve"
  | "out_of_service"
  | "in_service"
  | "manual"
  | "auto"
  | "jog"
  | "purge"
  | "purge.end"
  | "maintenance"
  | "maintenance.end"
  | "bypass"
  | "bypass.end"
  | "handover"
  | "comment"
  | "measure"
  | "yield"
  | "dispose"
  | "continue"
  | "scrap";

/** Whether a command would be accepted now, and what it takes of a person. */
export interface Offer {
  enabled: boolean;
  missing: string[];
  /** Who may give it in this state. */
  roles?: string[];
  /** The person must enter the password again. */
  proof?: boolean;
  /** Not the person of this name: it takes a second one. */
  not_by?: string;
}

export interface Snapshot {
  seq: number;
  utc: string;
  process_s: number;
  speed: number;
  scan: {
    period_s: number;
    count: number;
    slips: number;
    late_p50_ms: number;
    late_max_ms: number;
    behind: boolean;
  };
  simulated: boolean;
  plant: { id: string; title: string };
  software: string;
  state: string;
  state_version: number;
  state_s: number;
  batch: Batch | null;
  values: Record<string, Value>;
  outputs: Record<string, number | boolean>;
  permissives: Permissive[];
  alarms: Alarm[];
  alarm_figures: AlarmFigures;
  commands: Partial<Record<CommandName, Offer>>;
  lid_release: boolean;
  hands: Hands;
  bypasses: Bypass[];
  /** A batch that a crash has ended and nobody has decided on. */
  recovery?: Recovery | null;
  devices: Device[];
}

export interface Recovery {
  batch: string;
  recipe: string | null;
  phase: string | null;
  revolutions: number;
  on_time_s: number;
  last_utc: string;
  gap_s: number;
  advice: "continue" | "finish" | "look" | "scrap";
  reasons: string[];
}

export interface CommandAnswer {
  accepted: boolean;
  reasons: string[];
  state: string;
}

export interface Person {
  name: string;
  roles: string[];
  ends_in_s: number;
  /** For how long the password that was entered last still counts. */
  proof_left_s: number;
  has_factor: boolean;
  /** An administrator who is none here before a second factor is set up. */
  needs_factor: boolean;
}

export interface SoundRecipe {
  name: string;
  faults: [];
  id: string;
  version: number;
  title: string;
  note: string;
  sha256: string;
  core: string;
  core_d50_um: number;
  sse: string;
  wt_percent: number;
  basis: string;
  charge: { cam_mass_g: number; sse_mass_g: number };
  thickness: Thickness;
}

export interface FaultyRecipe {
  name: string;
  faults: [string, ...string[]];
}

export type Recipe = SoundRecipe | FaultyRecipe;

export interface Trend {
  columns: string[];
  rows: (number | null)[][];
  phases: { t: number; label: string }[];
}

export interface MachineEvent {
  seq: number;
  utc: string;
  process_s: number;
  kind: string;
  text: string;
  data: Record<string, unknown>;
}

// What the record says about batches.

export interface Summary {
  id: string;
  recipe_id: string | null;
  recipe_version: number | null;
  recipe_sha256: string | null;
  simulated: boolean | null;
  operator: string | null;
  loaded_utc: string;
  started_utc: string | null;
  ended_utc: string | null;
  outcome: string;
  disposition: { disposition: string; reason: string; user: string } | null;
}

export interface Entry {
  seq: number;
  utc: string;
  process_s: number;
  kind: string;
  text: string;
  data: Record<string, unknown>;
}

type Maybe = number | null;

export interface GasFigures {
  at_first_turn: Maybe;
  max: Maybe;
  max_while_turning: Maybe;
  ppm_min: Maybe;
  unknown_min: Maybe;
}

export interface Predicted {
  apparent_nm: number;
  dense_nm: number;
  solid_fraction: number;
  assumptions: string[];
  band_nm: { by_exponent: { d10_nm: number; d50_nm: number; d90_nm: number } } | null;
}

export interface Signature {
  user: string;
  meaning: string;
  statement: string;
  utc: string;
  content_sha256: string;
  current?: boolean;
  covers_all?: boolean;
}

export interface BatchRecord extends Summary {
  setting: Record<string, string | number | boolean> | null;
  recipe: { id: string; version: number; title: string; sha256: string; text: string };
  continues: string | null;
  powders: Record<"core" | "sse", Record<string, string | number | null> | null>;
  charge: Record<string, string | number | boolean | null> | null;
  wear: Partial<Record<"blade" | "jar", { hours_before: number | null; counted_h: number }>>;
  times: { wall_s: Maybe; process_s: Maybe; hold_s: Maybe };
  leak_test: {
    leak_rate_mbar_l_s: Maybe;
    utc: string;
    asked: Record<string, number>;
  } | null;
  proof: {
    o2_slope_ppm_per_min: Maybe;
    utc: string;
    asked: Record<string, number>;
  } | null;
  milling: {
    revolutions: Maybe;
    on_time_s: Maybe;
    energy_net_kwh_per_kg: Maybe;
    argon_l: Maybe;
  };
  trend: {
    scans: number;
    o2_ppm: GasFigures;
    h2o_ppm: GasFigures;
    h2s_ppm: GasFigures;
    torque_nm: { mean: Maybe; peak: Maybe; noise: Maybe };
    powder_probe_c: { max: Maybe; above_50_s: Maybe };
    jar_c: { max: Maybe; above_50_s: Maybe };
    vessel_pressure_mbar_g: { min: Maybe; max: Maybe };
    energy_gross_kwh_per_kg: Maybe;
  } | null;
  commands: Entry[];
  transitions: Entry[];
  phases: Entry[];
  alarms: Entry[];
  bypasses: Entry[];
  comments: Entry[];
  handovers: Entry[];
  recovery: Entry[];
  predicted: Predicted | null;
  measured: Entry[];
  yield: {
    recovered_g: number;
    charged_g: number;
    yield_percent: Maybe;
    utc: string;
    user: string;
  } | null;
  content?: { sha256: string; through_seq: number };
  signatures?: Entry[];
  chain: { first_seq: number; last_seq: number; rows: number; last_hash: string };
}

export interface RecordedTrend {
  batch: string;
  scans: number;
  series: Record<string, { t_s: number[]; values: Maybe[] }>;
}

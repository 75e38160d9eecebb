// Where each value stands in the mimic, in units of its drawing (one unit is one pixel at 1280 px).

export const WIDTH = 568;
export const HEIGHT = 340;
export const TAG_W = 88;
export const TAG_H = 46;

export interface Place {
  signal: string;
  x: number;
  y: number;
  /** From the tag to the place that it measures. */
  leader?: string;
  /** The output that is this value's set point; shown in the place of the limits. */
  setPoint?: "rotor_rpm" | "argon_flow_slpm";
}

export const PLACES: readonly Place[] = [
  { signal: "o2_ppm", x: 224, y: 10 },
  { signal: "h2o_ppm", x: 317, y: 10 },
  { signal: "h2s_ppm", x: 410, y: 10 },
  { signal: "argon_supply_bar_g", x: 42, y: 158 },
  { signal: "argon_flow_slpm", x: 92, y: 104, setPoint: "argon_flow_slpm" },
  { signal: "vessel_pressure_mbar_g", x: 354, y: 88, leader: "M333 122h18" },
  { signal: "powder_probe_c", x: 354, y: 200, leader: "M308 224h43" },
  { signal: "jar_c", x: 462, y: 200 },
  { signal: "room_o2_percent", x: 10, y: 226 },
  { signal: "room_h2s_ppm", x: 108, y: 226 },
  { signal: "rotor_rpm", x: 10, y: 288, setPoint: "rotor_rpm" },
  { signal: "torque_nm", x: 108, y: 288, leader: "M198 312h40" },
  { signal: "motor_c", x: 354, y: 288, leader: "M310 312h41" },
  { signal: "cooling_flow_lpm", x: 462, y: 288 },
];

/** The contacts that stand for the whole machine, and those of the drive, with their places. */
export const CONTACTS = [
  { signal: "estop_healthy", x: 4, y: 4, label: 50, width: 66 },
  { signal: "mains_healthy", x: 4, y: 24, label: 50, width: 66 },
  { signal: "run_permit_feedback", x: 354, y: 261, label: 66, width: 34 },
  { signal: "standstill", x: 462, y: 261, label: 62, width: 34 },
] as const;

// What the trend can show, and what of it is shown.

import { computed, signal } from "@preact/signals";
import { strings } from "../strings";
import type { Pen } from "./history";
import type { Pane } from "./plot";

const SOLID: number[] = [];
const DASHED = [8, 4];
const DOTTED = [2, 3];

export const PANES: readonly Pane[] = [
  {
    id: "gas",
    unit: "ppm",
    scale: "log",
    weight: 1.4,
    lines: [
      { pen: "o2_ppm", dash: SOLID },
      { pen: "h2o_ppm", dash: DASHED },
      { pen: "h2s_ppm", dash: DOTTED },
    ],
  },
  {
    id: "speed",
    unit: "rpm",
    scale: "zero",
    weight: 1,
    lines: [{ pen: "rotor_rpm", dash: SOLID }],
  },
  {
    id: "torque",
    unit: "N m",
    scale: "zero",
    weight: 1,
    lines: [{ pen: "torque_nm", dash: SOLID }],
  },
  {
    id: "temperature",
    unit: "°C",
    scale: "near",
    weight: 1,
    lines: [
      { pen: "powder_probe_c", dash: SOLID },
      { pen: "jar_c", dash: DASHED },
    ],
  },
  {
    id: "pressure",
    unit: "mbar",
    scale: "zero",
    weight: 1,
    lines: [{ pen: "vessel_pressure_mbar_g", dash: SOLID }],
  },
  {
    id: "flow",
    unit: "slpm",
    scale: "zero",
    weight: 1,
    lines: [{ pen: "argon_flow_slpm", dash: SOLID }],
  },
];

/** What is shown where not all has room: gas and speed first, then what a batch is stopped by. */
const FIRST = ["gas", "speed", "temperature", "pressure", "torque", "flow"];

export const DECIMALS: Record<Pen, number> = {
  o2_ppm: 2,
  h2o_ppm: 2,
  h2s_ppm: 2,
  rotor_rpm: 0,
  torque_nm: 3,
  argon_flow_slpm: 2,
  vessel_pressure_mbar_g: 1,
  powder_probe_c: 1,
  jar_c: 1,
};

/** Lengths of time to choose from: seconds, or the whole batch. */
export const SPANS = Object.keys(strings.trend.windows);
export const span = signal("900");

// A plot lower than this says little, so few are shown where there is little room.
const PANE_PX = 60;

/** The height that there is for all plots together. */
export const roomPx = signal(0);
/** What a person chose to see; null until then. */
export const wished = signal<string[] | null>(null);

export const panes = computed(() => {
  const fits = Math.max(2, Math.floor(roomPx.value / PANE_PX));
  const ids = wished.value ?? FIRST.slice(0, fits);
  return PANES.filter((pane) => ids.includes(pane.id));
});

/** Show or hide one plot; the last one stays. */
export function toggle(id: string): void {
  const ids = panes.value.map((pane) => pane.id);
  if (!ids.includes(id)) wished.value = [...ids, id];
  else if (ids.length > 1) wished.value = ids.filter((other) => other !== id);
}

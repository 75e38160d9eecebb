// Ranges, ticks and colors of the plots: plain functions, no drawing.

import { PENS, type Pen } from "./history";

/** The lowest value that a logarithmic plot can show. */
export const FLOOR = 0.01;

// Any value that was measured is drawn, below the floor on the floor.
export function aboveFloor(value: number | null | undefined): number | null | undefined {
  return value == null ? value : Math.max(value, FLOOR);
}

/** Whole decades around the values, at least 0.1 to 100. */
export function decades(low: number | null, high: number | null): [number, number] {
  const from = Math.min(0.1, 10 ** Math.floor(Math.log10(Math.max(low ?? 0.1, FLOOR))));
  const to = Math.max(100, 10 ** Math.ceil(Math.log10(1.2 * Math.max(high ?? 30, FLOOR))));
  return [from, to];
}

/** The decades from `low` to `high` that fit in `height` pixels. */
export function decadeTicks(low: number, high: number, height: number): number[] {
  const from = Math.round(Math.log10(low));
  const to = Math.round(Math.log10(high));
  const step = Math.max(1, Math.ceil(((to - from) * 15) / Math.max(height, 15)));
  const ticks: number[] = [];
  for (let power = from; power <= to; power += step) ticks.push(10 ** power);
  return ticks;
}

export function decadeText(value: number): string {
  if (value >= 1e6) return `${Math.round(value / 1e6)}M`;
  return value >= 1e4 ? `${Math.round(value / 1e3)}k` : String(Number(value.toPrecision(1)));
}

/** From zero (or below) to a little above the highest value. */
export function fromZero(low: number | null, high: number | null): [number, number] {
  const from = Math.min(low ?? 0, 0);
  const to = Math.max(high ?? 1, from + 1);
  return [from, to + 0.08 * (to - from)];
}

/** Tens around the values. */
export function near(low: number | null, high: number | null): [number, number] {
  const from = 10 * Math.floor((low ?? 20) / 10);
  return [from, Math.max(from + 10, 10 * Math.ceil((high ?? 30) / 10))];
}

/** Ticks on round times of a clock that is `offset` seconds ahead of process time. */
export function timeTicks(low: number, high: number, step: number, offset: number): number[] {
  const ticks: number[] = [];
  for (let t = Math.ceil((low + offset) / step) * step - offset; t <= high; t += step) {
    ticks.push(t);
  }
  return ticks;
}

export interface Colors {
  text: string;
  grid: string;
  band: string;
  mark: string;
  pen: (pen: Pen) => string;
}

/** The colors of the theme that is in force. */
export function themeColors(): Colors {
  const probe = document.body.appendChild(document.createElement("i"));
  // The value of a custom property may name two colors; that of `color` is the one in force.
  const get = (name: string) => {
    probe.style.color = `var(${name})`;
    return getComputedStyle(probe).color;
  };
  const pens = Object.fromEntries(
    PENS.map((pen) => [pen, get(`--pen-${pen.replaceAll("_", "-")}`)]),
  );
  const colors = {
    text: get("--text-2"),
    grid: get("--plot-grid"),
    band: get("--plot-band"),
    mark: get("--plot-mark"),
    pen: (pen: Pen) => pens[pen] ?? "",
  };
  probe.remove();
  return colors;
}

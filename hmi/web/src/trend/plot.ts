// The only module that knows uPlot: stacked plots on one time axis, with phase bands.

import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { isDark } from "../frame/theme";
import type { Limits } from "../types";
import type { Column, Mark, Pen, Points } from "./history";
import {
  aboveFloor,
  type Colors,
  decades,
  decadeText,
  decadeTicks,
  fromZero,
  near,
  themeColors,
  timeTicks,
} from "./scales";

export interface Line {
  pen: Pen;
  /** Dash pattern; empty for a solid line. */
  dash: number[];
  /** Of which run: 0 (or nothing) is this one, more are the others in their order. */
  run?: number;
}

export interface Pane {
  id: string;
  unit: string;
  /** Logarithmic, from zero, or just around the values. */
  scale: "log" | "zero" | "near";
  weight: number;
  lines: Line[];
}

export interface StackOptions {
  panes: Pane[];
  timeText: (t: number) => string;
  /** Seconds to add to process time to get the time that `timeText` shows. */
  timeOffset: () => number;
  /** The limits of a pen that count now; none for a look back. */
  limitsOf?: (pen: Pen) => Limits | null;
  /** Called when a person drags across a plot: the part of process time that was meant. */
  onZoom?: (from: number, to: number) => void;
  /** Called with the point under the reading line, or null when there is none. */
  onRead: (index: number | null) => void;
}

export interface Stack {
  /** Show the points from `from` to `to`, both in seconds of process time. */
  show(points: Points, from: number, to: number): void;
  /** Move the reading line by so many points; null takes it away. */
  move(steps: number | null): void;
  destroy(): void;
}

const AXIS_W = 54;
const TIME_H = 24;
const EDGE = 6;
// Above the first plot: the names of the phases.
const STRIP = 17;
const DRAG_PX = 10;
const LABEL_HALF = 22;
const FONT = "11px Inter, sans-serif";
const STEPS = [10, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400];

/** Draw `panes` one below the other, filling `root`. */
export function drawStack(root: HTMLElement, options: StackOptions): Stack {
  let shown: [Points, number, number] | null = null;
  let plots: uPlot[] = [];
  let read: number | null = null;
  const told: StackOptions = {
    ...options,
    onRead(index) {
      read = index === null ? null : (shown?.[0].t[index] ?? null);
      options.onRead(index);
    },
  };

  // Made anew, for another size or theme, the plots keep the reading line where it was.
  const build = () => {
    const kept = read;
    for (const plot of plots) plot.destroy();
    plots = makePlots(root, told, () => shown?.[0] ?? null);
    if (shown) fill(plots, options.panes, ...shown);
    if (kept !== null) readAt(plots[0], kept);
  };
  const watcher = new ResizeObserver(build);
  watcher.observe(root);
  const stopTheme = isDark.subscribe(build);

  return {
    show(points, from, to) {
      shown = [points, from, to];
      fill(plots, options.panes, points, from, to);
    },
    move(steps) {
      moveCursor(plots[0], steps);
    },
    destroy() {
      watcher.disconnect();
      stopTheme();
      for (const plot of plots) plot.destroy();
      plots = [];
    },
  };
}

interface Place {
  width: number;
  height: number;
  first: boolean;
  last: boolean;
  points: () => Points | null;
  syncKey: string;
}

let stacks = 0;

function makePlots(root: HTMLElement, options: StackOptions, points: () => Points | null): uPlot[] {
  const { panes } = options;
  const width = root.clientWidth;
  const room = root.clientHeight - TIME_H - STRIP;
  if (width < 80 || room < 40) return [];
  const weights = panes.reduce((sum, pane) => sum + pane.weight, 0);
  const syncKey = `trend-${stacks++}`;
  return panes.map((pane, i) => {
    const last = i === panes.length - 1;
    const height =
      Math.floor((room * pane.weight) / weights) + (last ? TIME_H : 0) + (i ? 0 : STRIP);
    const place = { width, height, first: i === 0, last, points, syncKey };
    return new uPlot(plotOptions(pane, place, options), [[], ...pane.lines.map(() => [])], root);
  });
}

function plotOptions(pane: Pane, place: Place, options: StackOptions): uPlot.Options {
  const color = themeColors();
  return {
    width: place.width,
    height: place.height,
    legend: { show: false },
    padding: [place.first ? STRIP : EDGE, LABEL_HALF, place.last ? 0 : EDGE, 0],
    cursor: {
      sync: { key: place.syncKey, setSeries: false },
      drag: { x: options.onZoom !== undefined, y: false, setScale: false, dist: DRAG_PX },
      points: { size: 7 },
      y: false,
    },
    scales: { x: { time: false, auto: false }, y: valueScale(pane) },
    series: [
      {},
      ...pane.lines.map((line) => ({
        stroke: color.pen(line.pen),
        width: 1.75,
        dash: line.dash,
        points: { show: false },
      })),
    ],
    axes: [timeAxis(place, options, color), valueAxis(pane, color)],
    hooks: {
      drawClear: [
        (plot) => {
          const shown = place.points();
          drawBands(plot, shown?.marks ?? [], color.band);
          for (const { pen, run } of pane.lines) {
            if (!run && shown?.band) drawDryRuns(plot, shown, pen, color.pen(pen));
            drawLimits(plot, options.limitsOf?.(pen) ?? null, color.pen(pen));
          }
        },
      ],
      draw: [(plot) => drawMarks(plot, place.points()?.marks ?? [], place.first, color)],
      setSelect: options.onZoom ? [(plot) => zoomed(plot, options)] : [],
      setCursor: place.first ? [(plot) => options.onRead(cursorIndex(plot))] : [],
    },
  };
}

function valueScale(pane: Pane): uPlot.Scale {
  if (pane.scale === "log") {
    return { distr: 3, log: 10, range: (_plot, low, high) => decades(low, high) };
  }
  const range = pane.scale === "near" ? near : fromZero;
  return { range: (_plot, low, high) => range(low, high) };
}

function timeAxis(place: Place, options: StackOptions, color: Colors): uPlot.Axis {
  const grid = { stroke: color.grid, width: 1 };
  return {
    stroke: color.text,
    grid,
    ticks: { ...grid, show: place.last, size: 4 },
    size: place.last ? TIME_H : 0,
    space: 80,
    font: FONT,
    gap: 3,
    incrs: STEPS,
    splits: (_plot, _axis, low, high, step) => timeTicks(low, high, step, options.timeOffset()),
    values: (_plot, ticks) => ticks.map((t) => (place.last ? options.timeText(t) : "")),
  };
}

function valueAxis(pane: Pane, color: Colors): uPlot.Axis {
  const grid = { stroke: color.grid, width: 1 };
  const common = {
    stroke: color.text,
    grid,
    ticks: { ...grid, size: 4 },
    size: AXIS_W,
    space: 22,
    font: FONT,
    gap: 3,
    label: pane.unit,
    labelFont: FONT,
    labelSize: 14,
    labelGap: 0,
  };
  if (pane.scale !== "log") return common;
  return {
    ...common,
    splits: (plot, _axis, low, high) => decadeTicks(low, high, plot.bbox.height / devicePixelRatio),
    filter: (_plot, ticks) => ticks,
    values: (_plot, ticks) => ticks.map(decadeText),
  };
}

function fill(plots: uPlot[], panes: Pane[], points: Points, from: number, to: number): void {
  plots.forEach((plot, i) => {
    const pane = panes[i];
    if (!pane) return;
    const columns = pane.lines.map(({ pen, run }) => {
      const column = columnOf(points, pen, run);
      return pane.scale === "log" ? column.map(aboveFloor) : column;
    });
    plot.batch(() => {
      plot.setData([points.t, ...columns], false);
      plot.setScale("x", { min: from, max: to });
    });
  });
}

/** The values of a pen in one of the runs. */
export function columnOf(points: Points, pen: Pen, run = 0): Column {
  return (run ? points.others?.[run - 1] : points.pens)?.[pen] ?? [];
}

function zoomed(plot: uPlot, options: StackOptions): void {
  const { left, width } = plot.select;
  if (width < DRAG_PX) return;
  const [from, to] = [plot.posToVal(left, "x"), plot.posToVal(left + width, "x")];
  plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
  // All plots of a stack tell the same choice: none may move before each has read it.
  queueMicrotask(() => options.onZoom?.(from, to));
}

function cursorIndex(plot: uPlot): number | null {
  const { left, idx } = plot.cursor;
  return left !== undefined && left >= 0 ? (idx ?? null) : null;
}

function moveCursor(plot: uPlot | undefined, steps: number | null): void {
  if (!plot) return;
  const times = plot.data[0];
  const at = (cursorIndex(plot) ?? times.length - 1) + (steps ?? 0);
  const time = times[Math.min(times.length - 1, Math.max(0, at))];
  if (steps === null || time === undefined) plot.setCursor({ left: -10, top: -10 });
  else readAt(plot, time);
}

function readAt(plot: uPlot | undefined, time: number): void {
  plot?.setCursor({ left: plot.valToPos(time, "x"), top: 10 });
}

/** The part of the plot, in canvas pixels, that the phase beginning at `marks[i]` takes. */
function stretch(plot: uPlot, marks: Mark[], i: number): [number, number] {
  const { left, width } = plot.bbox;
  const inside = (t: number) => Math.min(left + width, Math.max(left, plot.valToPos(t, "x", true)));
  const end = marks[i + 1]?.t ?? plot.scales.x?.max ?? 0;
  return [inside(marks[i]?.t ?? end), inside(end)];
}

function drawBands(plot: uPlot, marks: Mark[], shade: string): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.fillStyle = shade;
  for (let i = 0; i < marks.length; i += 2) {
    const [left, right] = stretch(plot, marks, i);
    if (right > left) ctx.fillRect(left, bbox.top, right - left, bbox.height);
  }
  ctx.restore();
}

/** Where the dry runs of the batch went: a shade of the pen's color behind its line. */
function drawDryRuns(plot: uPlot, points: Points, pen: Pen, fill: string): void {
  const { ctx, bbox } = plot;
  const { min = 0, max = 0 } = plot.scales.x ?? {};
  const lows = points.band?.low[pen] ?? [];
  const highs = points.band?.high[pen] ?? [];
  const bottom = plot.scales.y?.min ?? 0;
  const y = (value: number) => plot.valToPos(Math.max(value, bottom), "y", true);
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  ctx.beginPath();
  ctx.fillStyle = fill;
  ctx.globalAlpha = 0.1;
  points.t.forEach((t, i) => {
    const next = points.t[i + 1];
    const [low, high] = [lows[i], highs[i]];
    if (next === undefined || t > (max ?? 0) || next < (min ?? 0)) return;
    if (low == null && high == null) return;
    const [left, right] = [plot.valToPos(t, "x", true), plot.valToPos(next, "x", true)];
    const top = high == null ? bbox.top : y(high);
    const end = low == null ? bbox.top + bbox.height : y(low);
    // Half a pixel over the next one, so that no seam shows.
    ctx.rect(left, top, right - left + 0.5, end - top);
  });
  ctx.fill();
  ctx.restore();
}

/** Limits of one pen: dotted where it warns, solid where the controller acts. */
function drawLimits(plot: uPlot, limits: Limits | null, stroke: string): void {
  const { ctx, bbox } = plot;
  const { min = 0, max = 0 } = plot.scales.y ?? {};
  ctx.save();
  ctx.strokeStyle = stroke;
  ctx.globalAlpha = 0.45;
  ctx.lineWidth = devicePixelRatio;
  for (const kind of ["warn", "act"] as const) {
    ctx.setLineDash(kind === "warn" ? [2 * devicePixelRatio, 4 * devicePixelRatio] : []);
    for (const limit of limits?.[kind] ?? []) {
      if (limit === null || limit <= (min ?? 0) || limit >= (max ?? 0)) continue;
      const y = plot.valToPos(limit, "y", true);
      ctx.beginPath();
      ctx.moveTo(bbox.left, y);
      ctx.lineTo(bbox.left + bbox.width, y);
      ctx.stroke();
    }
  }
  ctx.restore();
}

function drawMarks(plot: uPlot, marks: Mark[], labels: boolean, color: Colors): void {
  const { ctx, bbox } = plot;
  const ratio = devicePixelRatio;
  ctx.save();
  ctx.fillStyle = color.text;
  ctx.font = `${11 * ratio}px Inter, sans-serif`;
  ctx.textBaseline = "top";
  ctx.textAlign = "left";
  marks.forEach((mark, i) => {
    const [left, right] = stretch(plot, marks, i);
    if (left > bbox.left) {
      ctx.save();
      ctx.fillStyle = color.mark;
      const above = labels ? STRIP * ratio : 0;
      ctx.fillRect(left, bbox.top - above, ratio, bbox.height + above);
      ctx.restore();
    }
    const text = labels ? fitting(ctx, mark.label, right - left - 8 * ratio) : "";
    if (text) ctx.fillText(text, left + 4 * ratio, bbox.top - (STRIP - 3) * ratio);
  });
  ctx.restore();
}

function fitting(ctx: CanvasRenderingContext2D, label: string, width: number): string {
  if (ctx.measureText(label).width <= width) return label;
  for (let n = label.length - 1; n >= 4; n--) {
    const text = `${label.slice(0, n).trimEnd()}…`;
    if (ctx.measureText(text).width <= width) return text;
  }
  return "";
}

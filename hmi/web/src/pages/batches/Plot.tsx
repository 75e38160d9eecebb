import { computed, effect, type Signal, useSignal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { duration, fixed } from "../../format";
import { strings } from "../../strings";
import { batchStrings } from "../../strings/batches";
import type { Points } from "../../trend/history";
import { DECIMALS } from "../../trend/panes";
import { columnOf, drawStack, type Pane, type Stack } from "../../trend/plot";
import { valueAt } from "./points";

const say = batchStrings.zoom;
const LEAST_S = 5;
// What is longer than this share of the whole would not gain much by being read anew.
const FINER_SHARE = 0.75;
// A person who goes closer step by step asks once.
const SETTLED_MS = 120;

type Span = [from: number, to: number];

interface Props {
  points: Points;
  panes: Pane[];
  label: string;
  /** Reads the points between two times anew, where the whole has too few of them. */
  part: (from: number, to: number) => Promise<Points>;
  /** A name for each run, where there are several. */
  names?: string[];
}

/** Stacked trends that can be zoomed by hand, by buttons and by keys, with the values at a line. */
export function Plot({ points, part, panes, label, names = [] }: Props) {
  const root = useRef<HTMLDivElement>(null);
  const stack = useRef<Stack | null>(null);
  const at = useSignal<number | null>(null);
  const whole: Span = [points.t[0] ?? 0, Math.max(points.t.at(-1) ?? 1, 1)];
  const span = useSignal<Span>(whole);
  const before = useRef(whole);
  useEffect(() => {
    // A batch that goes on grows: what a person looks closer at stays.
    const [from, to] = before.current;
    if (span.peek()[0] <= from && span.peek()[1] >= to) span.value = whole;
    before.current = whole;
  }, [points]);
  const drawnPoints = useFiner(points, part, span, whole);
  useEffect(() => {
    if (!root.current) return;
    const drawn = drawStack(root.current, {
      panes,
      timeText: duration,
      timeOffset: () => 0,
      onZoom: (from, to) => {
        span.value = within([from, to], whole);
      },
      onRead: (index) => {
        at.value = index;
      },
    });
    stack.current = drawn;
    const stop = effect(() => drawn.show(drawnPoints.value, ...span.value));
    return () => {
      stop();
      drawn.destroy();
      at.value = null;
    };
  }, [drawnPoints, panes]);
  return (
    <div class="batch-plot">
      <div class="plot-head">
        <Pens panes={panes} all={names.length > 0} />
        <Zoom span={span} whole={whole} />
      </div>
      <section
        ref={root}
        class="trend-canvas"
        tabIndex={0}
        aria-label={label}
        onKeyDown={(event) => {
          if (!keyed(event, stack.current, span, whole)) return;
          event.preventDefault();
        }}
      />
      <Readout at={at.value} points={drawnPoints.value} panes={panes} names={names} />
    </div>
  );
}

/** The points to draw: of a part of the whole those that were read for it, once they are there. */
function useFiner(points: Points, part: Props["part"], span: Signal<Span>, whole: Span) {
  const fine = useSignal<{ points: Points; span: Span } | null>(null);
  const latest = useSignal(points);
  useEffect(() => {
    latest.value = points;
    fine.value = null;
    let timer = 0;
    const stop = span.subscribe((wanted) => {
      clearTimeout(timer);
      if (wanted[1] - wanted[0] > FINER_SHARE * (whole[1] - whole[0])) return;
      timer = window.setTimeout(async () => {
        const found = await part(...wanted).catch(() => null);
        if (found && span.peek() === wanted) fine.value = { points: found, span: wanted };
      }, SETTLED_MS);
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, [points, part]);
  return useMemo(
    () =>
      computed(() => {
        const [from, to] = span.value;
        const found = fine.value;
        return found && found.span[0] <= from && found.span[1] >= to ? found.points : latest.value;
      }),
    [],
  );
}

function keyed(event: KeyboardEvent, stack: Stack | null, span: Signal<Span>, whole: Span) {
  const steps = { ArrowLeft: -1, ArrowRight: 1, PageUp: -60, PageDown: 60 }[event.key];
  if (steps) stack?.move(event.shiftKey ? 10 * steps : steps);
  else if (event.key === "Escape") stack?.move(null);
  else if (event.key === "+") span.value = scaled(span.peek(), 0.5, 0, whole);
  else if (event.key === "-") span.value = scaled(span.peek(), 2, 0, whole);
  else return false;
  return true;
}

function within([from, to]: Span, whole: Span): Span {
  const length = Math.min(Math.max(to - from, LEAST_S), whole[1] - whole[0]);
  const begin = Math.min(Math.max(from, whole[0]), whole[1] - length);
  return [begin, begin + length];
}

/** The span made longer or shorter around its middle, and moved by a share of its length. */
function scaled([from, to]: Span, factor: number, moved: number, whole: Span): Span {
  const middle = (from + to) / 2 + moved * (to - from);
  const half = (factor * (to - from)) / 2;
  return within([middle - half, middle + half], whole);
}

function Zoom({ span, whole }: { span: Signal<Span>; whole: Span }) {
  const [from, to] = span.value;
  const all = from <= whole[0] && to >= whole[1];
  const button = (text: string, next: () => Span, off: boolean) => (
    <button
      type="button"
      disabled={off}
      onClick={() => {
        span.value = next();
      }}
    >
      {text}
    </button>
  );
  return (
    <fieldset class="segments zoom" aria-label={say.label}>
      <span class="legend-time">{all ? "" : `${duration(from)} – ${duration(to)}`}</span>
      {button(say.all, () => whole, all)}
      {button(say.in, () => scaled([from, to], 0.5, 0, whole), to - from <= LEAST_S)}
      {button(say.out, () => scaled([from, to], 2, 0, whole), all)}
      {button(say.left, () => scaled([from, to], 1, -0.5, whole), from <= whole[0])}
      {button(say.right, () => scaled([from, to], 1, 0.5, whole), to >= whole[1])}
    </fieldset>
  );
}

/** Which line is which, where a plot has several pens; or of all plots, from top to bottom. */
function Pens({ panes, all }: { panes: Pane[]; all: boolean }) {
  const named = panes
    .map(({ lines }) => lines.filter(({ run = 0 }) => run === 0))
    .filter((lines) => all || lines.length > 1);
  return (
    <ul class="plot-pens">
      {named.flatMap((lines) =>
        lines.map(({ pen, dash }) => (
          <li key={pen}>
            <svg class={`swatch swatch-${pen}`} viewBox="0 0 24 4" aria-hidden="true">
              <line x1="0" y1="2" x2="24" y2="2" stroke-dasharray={dash.join(" ")} />
            </svg>
            {strings.trend.pens[pen]}
          </li>
        )),
      )}
    </ul>
  );
}

interface ReadoutProps {
  at: number | null;
  points: Points;
  panes: Pane[];
  names: string[];
}

function Readout({ at, points, panes, names }: ReadoutProps) {
  const time = at === null ? undefined : points.t[at];
  return (
    <output class="batch-read">
      {time === undefined && <span class="dim">{say.hint}</span>}
      {at !== null && time !== undefined && (
        <>
          <b>{duration(time)}</b>
          {panes.flatMap(({ lines, unit }) =>
            lines.map(({ pen, run = 0 }) => (
              <span key={`${pen}${run}`}>
                {strings.trend.pens[pen]} {names[run] ?? ""}{" "}
                <b>{fixed(valueAt(columnOf(points, pen, run), at), DECIMALS[pen])}</b> {unit}
              </span>
            )),
          )}
        </>
      )}
    </output>
  );
}

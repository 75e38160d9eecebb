import { useSignal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { duration, fixed } from "../../format";
import { strings } from "../../strings";
import { recipeStrings } from "../../strings/recipes";
import { DECIMALS, PANES } from "../../trend/panes";
import { columnOf, drawStack, type Pane, type Stack } from "../../trend/plot";
import { Swatch } from "../../trend/Trend";
import { limitsOf, pointsOf } from "./points";
import type { Run } from "./shapes";

const say = recipeStrings.runs;
const SHOWN = ["gas", "speed", "temperature", "pressure"];
const SECOND_DASH = [3, 3];

interface Props {
  run: Run;
  second?: Run | undefined;
  /** Time up to which to draw, so that two plots side by side have one scale. */
  until: number;
}

/** The trends of a run with its phases and limits; with `second`, that run over it. */
export function Plots({ run, second, until }: Props) {
  const root = useRef<HTMLDivElement>(null);
  const stack = useRef<Stack | null>(null);
  const at = useSignal<number | null>(null);
  const zoom = useSignal<[number, number] | null>(null);
  const points = useMemo(() => pointsOf(run, second), [run, second]);
  const panes = useMemo(() => panesFor(second !== undefined), [second !== undefined]);
  useEffect(() => {
    if (!root.current) return;
    const drawn = drawStack(root.current, {
      panes,
      timeText: duration,
      timeOffset: () => 0,
      limitsOf: (pen) => limitsOf(run, pen),
      onZoom: (from, to) => {
        zoom.value = [Math.max(0, from), Math.min(until, to)];
      },
      onRead: (index) => {
        at.value = index;
      },
    });
    stack.current = drawn;
    return () => drawn.destroy();
  }, [points, panes]);
  useEffect(() => {
    stack.current?.show(points, ...(zoom.value ?? [0, until]));
  }, [points, panes, until, zoom.value]);
  const time = at.value === null ? undefined : points.t[at.value];
  return (
    <div class="run-plots">
      <section
        ref={root}
        class="trend-canvas"
        tabIndex={0}
        aria-label={say.plots}
        onKeyDown={(event) => {
          const steps = { ArrowLeft: -1, ArrowRight: 1, PageUp: -60, PageDown: 60 }[event.key];
          if (steps) stack.current?.move(event.shiftKey ? 10 * steps : steps);
          else if (event.key === "Escape") stack.current?.move(null);
          else return;
          event.preventDefault();
        }}
      />
      <output class="run-read">
        {time !== undefined && at.value !== null && (
          <>
            <b>{duration(time)}</b>
            {panes.flatMap(({ lines, unit }) =>
              lines.map(({ pen, run: which }) => (
                <span key={`${pen}${which}`}>
                  {strings.trend.pens[pen]}
                  {second && ` ${which ? say.second : say.first}`}{" "}
                  <b>{fixed(columnOf(points, pen, which)[at.value ?? 0], DECIMALS[pen])}</b> {unit}
                </span>
              )),
            )}
          </>
        )}
      </output>
      <ul class="run-read">
        {panes
          .flatMap(({ lines }) => lines)
          .map((line) => (
            <li key={`${line.pen}${line.run}`}>
              <Swatch line={line} /> {strings.trend.pens[line.pen]}
              {second && ` ${line.run ? say.second : say.first}`}
            </li>
          ))}
        {zoom.value && (
          <li>
            <button
              type="button"
              class="small"
              onClick={() => {
                zoom.value = null;
              }}
            >
              {say.whole}
            </button>
          </li>
        )}
      </ul>
    </div>
  );
}

function panesFor(two: boolean): Pane[] {
  const chosen = PANES.filter(({ id }) => SHOWN.includes(id));
  if (!two) return chosen;
  return chosen.map((pane) => ({
    ...pane,
    lines: pane.lines.flatMap((line) => [
      { ...line, dash: [] },
      { ...line, dash: SECOND_DASH, run: 1 },
    ]),
  }));
}

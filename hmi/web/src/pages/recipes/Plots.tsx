import { signal, useSignal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { duration, fixed } from "../../format";
import { strings } from "../../strings";
import { recipeStrings } from "../../strings/recipes";
import { DECIMALS, PANES } from "../../trend/panes";
import { columnOf, drawStack, type Pane, type Stack } from "../../trend/plot";
import { end, limitsOf, pointsOf } from "./points";
import type { Run } from "./shapes";

const say = recipeStrings.runs;
const SHOWN = ["speed", "gas", "temperature", "pressure"];
const SECOND_DASH = [3, 3];

export const allPlots = signal(false);

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
  const points = useMemo(() => pointsOf(run, second), [run, second]);
  const panes = useMemo(() => panesFor(second !== undefined), [second !== undefined]);
  useEffect(() => {
    if (!root.current) return;
    const drawn = drawStack(root.current, {
      panes,
      timeText: duration,
      timeOffset: () => 0,
      limitsOf: (pen) => limitsOf(run, pen),
      onRead: (index) => {
        at.value = index;
      },
    });
    drawn.show(points, 0, Math.max(until, second ? end(second) : 0));
    stack.current = drawn;
    return () => drawn.destroy();
  }, [points, panes, until]);
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
    </div>
  );
}

function panesFor(two: boolean): Pane[] {
  const chosen = PANES.filter(({ id }) => allPlots.peek() || SHOWN.includes(id));
  if (!two) return chosen;
  return chosen.map((pane) => ({
    ...pane,
    lines: pane.lines.flatMap((line) => [
      { ...line, dash: [] },
      { ...line, dash: SECOND_DASH, run: 1 },
    ]),
  }));
}

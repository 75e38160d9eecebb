import { effect, signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { duration, fixed, timeOfDay } from "../format";
import { part, snapshot } from "../live/store";
import { strings } from "../strings";
import { edition, historyFailed, points, RUNS } from "./history";
import { DECIMALS, PANES, panes, roomPx, SPANS, span, toggle } from "./panes";
import { drawStack, type Line, type Stack } from "./plot";

const readingAt = signal<number | null>(null);
const speed = part((s) => s.speed);
const bandText = part((s) => {
  if (!s.batch) return "";
  if (!s.batch.band) return strings.trend.noBand;
  const text = strings.trend.band(s.batch.band.runs);
  return s.batch.band.now || !RUNS.has(s.state) ? text : `${text}; ${strings.trend.notJudged}`;
});

// Long windows change by less than a pixel a second.
const SLOW_MS = 1000;
const QUICK_MS = 500;

/** The part of process time to show: the last so many seconds, or the batch from its start. */
function range(): [number, number] {
  const now = Math.floor(snapshot.peek()?.process_s ?? 0);
  if (span.value !== "batch") return [now - Number(span.value), now];
  const batch = snapshot.peek()?.batch;
  return [now - Math.max(60, batch ? batch.process_s + batch.hold_s : 0), now];
}

// Process time is shown as local time of day where both run alike.
function clockOffset(): number {
  const now = snapshot.peek();
  if (now?.speed !== 1) return 0;
  const zone = 60 * new Date(now.utc).getTimezoneOffset();
  return Math.round(Date.parse(now.utc) / 1000 - now.process_s) - zone;
}

function timeText(t: number): string {
  const now = snapshot.peek();
  if (now?.speed !== 1) return duration(t);
  return timeOfDay(1000 * (Math.round(Date.parse(now.utc) / 1000 - now.process_s) + t));
}

/** Stacked trends of gas, speed, temperature and pressure. */
export function Trend() {
  const canvas = useRef<HTMLDivElement>(null);
  const stack = useRef<Stack | null>(null);
  const shown = panes.value;

  useEffect(() => {
    const root = canvas.current;
    if (!root) return;
    const watcher = new ResizeObserver(() => {
      roomPx.value = root.clientHeight;
    });
    watcher.observe(root);
    return () => watcher.disconnect();
  }, []);

  useEffect(() => {
    if (!canvas.current) return;
    const drawn = drawStack(canvas.current, {
      panes: shown,
      timeText,
      timeOffset: clockOffset,
      limitsOf: (pen) => snapshot.peek()?.values[pen]?.limits ?? null,
      onRead: (index) => {
        readingAt.value = index;
      },
    });
    stack.current = drawn;
    const stop = redrawInTime(drawn);
    return () => {
      stop();
      drawn.destroy();
      readingAt.value = null;
    };
  }, [shown]);

  return (
    <div class="trend">
      <Legend />
      {historyFailed.value && <p class="problem">{strings.trend.noHistory}</p>}
      <Readout />
      <section
        ref={canvas}
        class="trend-canvas"
        tabIndex={0}
        aria-label={strings.trend.label}
        onKeyDown={(event) => {
          const steps = { ArrowLeft: -1, ArrowRight: 1, PageUp: -60, PageDown: 60 }[event.key];
          if (steps) stack.current?.move(event.shiftKey ? 10 * steps : steps);
          else if (event.key === "Escape") stack.current?.move(null);
          else return;
          event.preventDefault();
        }}
      />
    </div>
  );
}

function redrawInTime(stack: Stack): () => void {
  let timer = 0;
  let drawnMs = Number.NEGATIVE_INFINITY;
  const draw = () => {
    timer = 0;
    drawnMs = performance.now();
    stack.show(points.now, ...range());
  };
  const stop = effect(() => {
    void edition.value;
    const every = Number(span.peek()) <= 300 ? QUICK_MS : SLOW_MS;
    const due = Math.max(0, drawnMs + every - performance.now());
    timer ||= window.setTimeout(draw, due);
  });
  const stopSpan = span.subscribe(draw);
  return () => {
    stop();
    stopSpan();
    clearTimeout(timer);
  };
}

/** How much time to show. */
export function Spans() {
  return (
    <fieldset class="segments" aria-label={strings.trend.window}>
      {speed.value !== 1 && <span class="legend-time">{strings.trend.processTime}</span>}
      {SPANS.map((name) => (
        <button
          key={name}
          type="button"
          aria-pressed={span.value === name}
          onClick={() => {
            span.value = name;
          }}
        >
          {strings.trend.windows[name]}
        </button>
      ))}
    </fieldset>
  );
}

/** The pens of each plot; a press shows or hides the plot. */
function Legend() {
  return (
    <fieldset class="legend" aria-label={strings.trend.plots}>
      {PANES.map((pane) => (
        <button
          key={pane.id}
          type="button"
          class="pane-key"
          aria-pressed={panes.value.includes(pane)}
          onClick={() => toggle(pane.id)}
        >
          {pane.lines.map((line) => (
            <span key={line.pen} class="pen">
              {pane.lines.length > 1 && <Swatch line={line} />}
              {strings.trend.pens[line.pen]}
            </span>
          ))}
        </button>
      ))}
      <span class="legend-band">{bandText.value}</span>
    </fieldset>
  );
}

/** How a line is drawn, for a legend. */
export function Swatch({ line }: { line: Line }) {
  return (
    <svg class={`swatch swatch-${line.pen}`} viewBox="0 0 24 4" aria-hidden="true">
      <line x1="0" y1="2" x2="24" y2="2" stroke-dasharray={line.dash.join(" ")} />
    </svg>
  );
}

/** The values under the reading line, on the side where the line is not. */
function Readout() {
  const at = readingAt.value;
  const { t, pens } = points.now;
  const time = at === null ? undefined : t[at];
  if (at === null || time === undefined) return null;
  const [from, to] = range();
  const side = time > (from + to) / 2 ? "left" : "right";
  return (
    <output class={`readout readout-${side}`}>
      <b>{strings.trend.at(timeText(time))}</b>
      {panes.value.flatMap((pane) =>
        pane.lines.map((line) => (
          <span key={line.pen} class="pen">
            <Swatch line={line} />
            {strings.trend.pens[line.pen]}
            <b>
              {fixed(pens[line.pen][at], DECIMALS[line.pen])} {pane.unit}
            </b>
          </span>
        )),
      )}
    </output>
  );
}

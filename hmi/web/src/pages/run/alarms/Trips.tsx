import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { call } from "../../../api";
import { fixed, timeOfDay } from "../../../format";
import { part } from "../../../live/store";
import { strings } from "../../../strings";
import { alarmStrings } from "../../../strings/alarms";
import { PANES } from "../../../trend/panes";
import { drawStack } from "../../../trend/plot";
import { changesIn, pointsOf, type Trace, type TraceSummary } from "./trace";

const say = alarmStrings.trips;
const state = part((s) => s.state);
const values = part((s) => s.values);

const list = signal<TraceSummary[] | null>(null);
const chosen = signal<Trace | null>(null);
const problem = signal("");

async function readList(): Promise<void> {
  try {
    list.value = (await call<TraceSummary[]>("GET", "traces")).reverse();
    problem.value = "";
    const newest = list.value[0];
    if (newest && !list.value.some((item) => item.n === chosen.peek()?.n)) await choose(newest.n);
  } catch {
    problem.value = say.failed;
  }
}

async function choose(n: number): Promise<void> {
  try {
    chosen.value = await call<Trace>("GET", `traces/${n}`);
  } catch {
    problem.value = say.failed;
  }
}

/** The aborts that are kept, and of one of them everything around it. */
export function Trips() {
  useEffect(() => void readList(), [state.value]);
  if (problem.value) return <p class="problem">{problem}</p>;
  if (list.value?.length === 0) return <p class="empty alarm-empty">{say.none}</p>;
  return (
    <div class="trips">
      <ul class="trip-list" aria-label={say.choose}>
        {list.value?.map((item) => (
          <li key={item.n}>
            <button
              type="button"
              aria-pressed={chosen.value?.n === item.n}
              onClick={() => void choose(item.n)}
            >
              {item.cause.split(", ").map((cause) => (
                <b key={cause}>{cause.replaceAll("_", " ")}</b>
              ))}
              <small>
                {timeOfDay(item.utc)}
                {item.complete ? "" : `, ${say.incomplete}`}
              </small>
            </button>
          </li>
        ))}
      </ul>
      {chosen.value && <OneTrace trace={chosen.value} />}
    </div>
  );
}

function OneTrace({ trace }: { trace: Trace }) {
  const changes = changesIn(trace);
  return (
    <div class="trace">
      <Plot trace={trace} />
      <div class="scroll trace-changes" tabIndex={0}>
        <h3>{say.sequence}</h3>
        {changes.length === 0 && <p class="empty">{say.nothing}</p>}
        <ol>
          {changes.map((change) => (
            <li key={`${change.t}${change.column}`} class={change.t === 0 ? "trace-zero" : ""}>
              <span>{say.at(fixed(change.t, 1))}</span>
              <span>{nameOf(change.column)}</span>
              <b>{wordOf(change.column, change.to)}</b>
            </li>
          ))}
        </ol>
      </div>
    </div>
  );
}

function nameOf(column: string): string {
  if (column === "state") return say.state;
  if (column.startsWith("out.")) return say.output(column.slice(4).replaceAll("_", " "));
  return values.peek()?.[column]?.label ?? column;
}

function wordOf(column: string, value: unknown): string {
  if (column === "state") return strings.states[String(value)] ?? String(value);
  if (value === null) return strings.values.unknown;
  return strings.values.digital[value === true || value === 1 ? 1 : 0];
}

function Plot({ trace }: { trace: Trace }) {
  const root = useRef<HTMLElement>(null);
  useEffect(() => {
    if (!root.current) return;
    const stack = drawStack(root.current, {
      panes: PANES.slice(0, 4),
      timeText: (t) => say.at(fixed(t, 0)),
      timeOffset: () => 0,
      onRead: () => undefined,
    });
    const points = pointsOf(trace, say.trip);
    stack.show(points, points.t[0] ?? -60, points.t.at(-1) ?? 30);
    return () => stack.destroy();
  }, [trace]);
  return <section ref={root} class="trace-plot" role="img" aria-label={say.plot} />;
}

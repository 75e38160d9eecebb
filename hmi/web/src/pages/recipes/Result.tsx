import { signal } from "@preact/signals";
import { duration, fixed } from "../../format";
import { goTo } from "../../frame/route";
import { Panel } from "../../parts/Panel";
import { strings } from "../../strings";
import { recipeStrings } from "../../strings/recipes";
import { open } from "./draft";
import { titleOf } from "./JobList";
import { firstId, firstRun, secondRun } from "./jobs";
import { Margins } from "./Margins";
import { Plots } from "./Plots";
import { end } from "./points";
import type { Run, RunEvent, WholeJob } from "./shapes";

const say = recipeStrings.runs;
const LAYOUTS = { overlay: say.overlay, beside: say.sideBySide } as const;
type Layout = keyof typeof LAYOUTS;
const layout = signal<Layout>("overlay");
const TOLD = new Set(["transition", "phase_started", "alarm_raised"]);

type Done = WholeJob<Run> & { result: Run };

function isDone(job: WholeJob<Run> | undefined): job is Done {
  return job?.result !== null && job?.result !== undefined;
}

/** What came of one run, or of two. */
export function Result() {
  const [a, b] = [firstRun.value, secondRun.value];
  if (!isDone(a)) {
    return (
      <Panel title={say.result} area="run">
        <p class="empty">{firstId.value ? say.running : say.noResult}</p>
      </Panel>
    );
  }
  const other = isDone(b) ? b : undefined;
  return (
    <Panel title={say.result} area="run" aside={other && <Layouts />} focusable>
      <p class="run-mark">
        <b class="bad-word">{say.simulated}</b> {other && `${say.lineA}, ${say.lineB}`}
      </p>
      {other && a.recipe_toml !== other.recipe_toml && <p class="dim">{say.differs}</p>}
      <div class={other ? "run-heads run-heads-two" : "run-heads"}>
        <Head job={a} mark={other ? say.first : ""} />
        {other && <Head job={other} mark={say.second} />}
      </div>
      <Trends a={a.result} b={other?.result} />
      <Margins a={a.result} b={other?.result} />
      <Events events={a.result.events} />
    </Panel>
  );
}

function Layouts() {
  return (
    <fieldset class="segments" aria-label={say.layout}>
      {(Object.keys(LAYOUTS) as Layout[]).map((name) => (
        <button
          key={name}
          type="button"
          aria-pressed={layout.value === name}
          onClick={() => {
            layout.value = name;
          }}
        >
          {LAYOUTS[name]}
        </button>
      ))}
    </fieldset>
  );
}

function Trends({ a, b }: { a: Run; b: Run | undefined }) {
  const until = Math.max(end(a), b ? end(b) : 0);
  if (!b || layout.value === "overlay") return <Plots run={a} second={b} until={until} />;
  return (
    <div class="run-pair">
      <Plots run={a} until={until} />
      <Plots run={b} until={until} />
    </div>
  );
}

function Head({ job, mark }: { job: Done; mark: string }) {
  const run = job.result;
  const facts: [string, string][] = [
    [say.outcome, strings.states[run.outcome] ?? run.outcome],
    [say.duration, duration(run.duration_s)],
    [say.argon, `${fixed(run.totals.argon_l, 0)} L`],
    [say.revolutions, fixed(run.totals.revolutions, 0)],
    [say.energy, `${fixed(run.totals.energy_kwh_per_kg, 3)} kWh/kg`],
  ];
  return (
    <div class="run-head">
      <p>
        <b>
          {mark && <span class="job-mark">{mark}</span>} {titleOf(job)}
        </b>{" "}
        <small>
          {run.recipe.id}, {strings.batch.version(run.recipe.version)}, {run.plant},{" "}
          {job.faults.join(", ") || say.noFaults}
        </small>
      </p>
      <dl class="run-facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <p class="run-hash">
        <small>
          {say.hash} <code>{run.log_sha256.slice(0, 16)}</code>
          {run.real_time_factor !== null && `, ${say.factor(fixed(run.real_time_factor, 0))}`}
        </small>
        <button type="button" class="small" onClick={() => edit(job)}>
          {say.edit}
        </button>
      </p>
    </div>
  );
}

function edit(job: Done): void {
  open(`${job.name}.toml`, job.recipe_toml);
  goTo("recipes", "write");
}

function Events({ events }: { events: RunEvent[] }) {
  return (
    <details class="run-events">
      <summary>{say.events}</summary>
      <ol>
        {events
          .filter(({ kind }) => TOLD.has(kind))
          .map((event) => (
            <li key={`${event.t_s} ${event.kind} ${event.text}`}>
              <span>{duration(event.t_s)}</span>{" "}
              <b>{strings.events.kinds[event.kind] ?? event.kind}</b> {event.text}
            </li>
          ))}
      </ol>
    </details>
  );
}

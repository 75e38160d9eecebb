import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { fixed } from "../../format";
import { Panel } from "../../parts/Panel";
import { strings } from "../../strings";
import { recipeStrings } from "../../strings/recipes";
import { JobList } from "./JobList";
import { followJobs, shownMatrix, start } from "./jobs";
import { whyNot } from "./Runs";
import type { Case, Matrix as Data } from "./shapes";
import { Plant } from "./Write";

const say = recipeStrings.matrix;
const failedOnly = signal(false);
const wanted = signal("");
const chosen = signal<Case | null>(null);

/** Every fault in every phase of the editor's text. */
export function Matrix() {
  useEffect(followJobs, []);
  const why = whyNot();
  return (
    <div class="bench">
      <div class="bench-side">
        <Panel title={say.ask} area="ask-matrix">
          <form
            class="ask"
            onSubmit={(event) => {
              event.preventDefault();
              if (!why) void start("fault_matrix", 0, []);
            }}
          >
            <p class="dim band">{say.lead}</p>
            <Plant />
            <button type="submit" class="primary" aria-disabled={why !== ""}>
              {say.start}
            </button>
            {why && <p class="why why-not">{why}</p>}
          </form>
        </Panel>
        <JobList kind="fault_matrix" />
        <Details />
      </div>
      <Panel title={recipeStrings.tabs.matrix} area="matrix">
        {shownMatrix.value?.result ? (
          <Heat data={shownMatrix.value.result} />
        ) : (
          <p class="empty">{say.none}</p>
        )}
      </Panel>
    </div>
  );
}

interface Grid {
  phases: string[];
  faults: string[];
  at: Map<string, Case>;
}

function gridOf(data: Data): Grid {
  const at = new Map(data.rows.map((row) => [`${row.fault} ${row.phase}`, row]));
  const phases = [...new Set(data.rows.map(({ phase }) => phase))];
  const all = [...new Set(data.rows.map(({ fault }) => fault))];
  const isFailed = (fault: string) =>
    phases.some((phase) => at.get(`${fault} ${phase}`)?.ok === false);
  const text = wanted.value.trim().toLowerCase();
  const faults = all.filter(
    (fault) => fault.includes(text) && (!failedOnly.value || isFailed(fault)),
  );
  return { phases, faults, at };
}

function Heat({ data }: { data: Data }) {
  const grid = gridOf(data);
  return (
    <>
      <div class="heat-bar">
        <p>
          <b class="bad-word">{recipeStrings.runs.simulated}</b> {data.recipe}:{" "}
          <b>{say.summary(data.cases, data.failed)}</b>
        </p>
        <label class="tick">
          <input
            type="checkbox"
            name="failed_only"
            checked={failedOnly.value}
            onChange={({ currentTarget }) => {
              failedOnly.value = currentTarget.checked;
            }}
          />
          <span>{say.failedOnly}</span>
        </label>
        <span class="input">
          <input
            type="search"
            name="find_fault"
            aria-label={say.find}
            placeholder={say.find}
            value={wanted.value}
            onInput={({ currentTarget }) => {
              wanted.value = currentTarget.value;
            }}
          />
        </span>
        <ul class="heat-key" aria-label={say.legend}>
          {Object.entries(say.words).map(([word, text]) => (
            <li key={word} class={`heat heat-${word}`}>
              {word === "none" ? word : text}
            </li>
          ))}
          <li class="heat heat-bad">{say.failed}</li>
        </ul>
      </div>
      <Table grid={grid} />
    </>
  );
}

function Table({ grid }: { grid: Grid }) {
  const ref = useRef<HTMLDivElement>(null);
  const now = chosen.value;
  useEffect(() => {
    ref.current
      ?.querySelector(".heat-chosen")
      ?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [now]);
  return (
    <section
      ref={ref}
      class="heat-scroll"
      tabIndex={0}
      aria-label={say.label}
      onKeyDown={(event) => {
        const step = {
          ArrowLeft: [0, -1],
          ArrowRight: [0, 1],
          ArrowUp: [-1, 0],
          ArrowDown: [1, 0],
        }[event.key];
        if (!step) return;
        event.preventDefault();
        move(grid, step[0] ?? 0, step[1] ?? 0);
      }}
    >
      <table class="heat-table">
        <thead>
          <tr>
            <th scope="col">{say.fault}</th>
            {grid.phases.map((phase) => (
              <th key={phase} scope="col">
                {phase.replaceAll("_", " ")}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {grid.faults.map((fault) => (
            <tr key={fault}>
              <th scope="row">{fault}</th>
              {grid.phases.map((phase) => (
                <Cell key={phase} row={grid.at.get(`${fault} ${phase}`)} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function move({ faults, phases, at }: Grid, down: number, right: number): void {
  const now = chosen.peek();
  const row = now ? faults.indexOf(now.fault) + down : 0;
  const column = now ? phases.indexOf(now.phase) + right : 0;
  const inside = (index: number, length: number) => Math.min(length - 1, Math.max(0, index));
  const fault = faults[inside(row, faults.length)];
  const phase = phases[inside(column, phases.length)];
  chosen.value = at.get(`${fault} ${phase}`) ?? now;
}

function Cell({ row }: { row: Case | undefined }) {
  if (!row) return <td />;
  const mark = row === chosen.value ? " heat-chosen" : "";
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the table around it takes the arrow keys
    <td
      class={`heat heat-${row.reaction}${row.ok ? "" : " heat-bad"}${mark}`}
      onClick={() => {
        chosen.value = row;
      }}
    >
      {say.words[row.reaction] ?? row.reaction}
      {!row.ok && <b>{say.failed}</b>}
    </td>
  );
}

function Details() {
  const row = chosen.value;
  const facts = row && [
    [say.fault, row.fault],
    [say.phase, row.phase.replaceAll("_", " ")],
    [say.expected, row.expected || say.nothing],
    [say.reaction, row.reaction],
    [say.delay, row.delay_s === null ? "–" : `${fixed(row.delay_s, 1)} s`],
    [say.outcome, strings.states[row.outcome] ?? row.outcome],
    ...(row.ok ? [] : [[say.why, row.why]]),
  ];
  return (
    <Panel title={say.details} area="case">
      <div aria-live="polite">
        {facts ? (
          <dl class="run-facts">
            {facts.map(([name, value]) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
        ) : (
          <p class="empty">{say.choose}</p>
        )}
      </div>
    </Panel>
  );
}

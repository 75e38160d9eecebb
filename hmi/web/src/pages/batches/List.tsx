import type { Signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { dateOf, duration, timeOfDay } from "../../format";
import { goTo, href } from "../../frame/route";
import { Events } from "../../parts/Events";
import { Choice, Field } from "../../parts/Field";
import { Panel } from "../../parts/Panel";
import { batchStrings as say } from "../../strings/batches";
import { Check } from "./Check";
import {
  choices,
  clearFilters,
  found,
  from,
  isFiltered,
  listProblem,
  operator,
  outcome,
  readList,
  recipe,
  summaries,
  tick,
  ticked,
  to,
  words,
} from "./store";
import type { Summary } from "./types";

const READ_MS = 10_000;

/** All batches, the newest first, with a search over them; below, the log and the record's check. */
export function List() {
  useEffect(() => {
    void readList();
    const timer = setInterval(() => void readList(), READ_MS);
    return () => clearInterval(timer);
  }, []);
  const all = summaries.value;
  return (
    <div class="page page-batches">
      <Panel
        title={say.title}
        area="batch-list"
        aside={all && say.count(found.value.length, all.length)}
      >
        <Filters />
        {listProblem.value && <p class="problem">{listProblem}</p>}
        <Lines all={all} />
      </Panel>
      <div class="batches-below">
        <Panel title={say.log} area="events">
          <Events />
        </Panel>
        <Panel title={say.sections.check} area="check">
          <Check />
        </Panel>
      </div>
    </div>
  );
}

function Lines({ all }: { all: Summary[] | null }) {
  if (!all) return <p class="empty">{listProblem.value ? "" : say.reading}</p>;
  if (all.length === 0) return <p class="empty">{say.none}</p>;
  if (found.value.length === 0) return <p class="empty">{say.noneFound}</p>;
  return (
    <div class="scroll" tabIndex={0}>
      <table class="table batch-table stacks">
        <thead>
          <tr>
            <th scope="col">
              <span class="unseen">{say.compare(0)}</span>
            </th>
            <th scope="col">{say.batch}</th>
            <th scope="col">{say.recipe}</th>
            <th scope="col">{say.outcome}</th>
            <th scope="col">{say.disposition}</th>
            <th scope="col">{say.started}</th>
            <th scope="col" class="number">
              {say.took}
            </th>
            <th scope="col">{say.operator}</th>
          </tr>
        </thead>
        <tbody>
          {found.value.map((it) => (
            <Line key={it.id} it={it} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Line({ it }: { it: Summary }) {
  const began = it.started_utc ?? it.loaded_utc;
  const fate = it.disposition?.disposition;
  return (
    <tr data-batch={it.id}>
      <td class="batch-tick">
        <label class="tick">
          <input
            type="checkbox"
            checked={ticked.value.includes(it.id)}
            onChange={(event) => tick(it.id, event.currentTarget.checked)}
          />
          <span class="unseen">{say.tick(it.id)}</span>
        </label>
      </td>
      <th scope="row">
        <a class="batch-link" href={href("batches", it.id)}>
          {it.id}
        </a>
      </th>
      <td>
        {it.recipe_id} <small class="dim">v{it.recipe_version}</small>
      </td>
      <td>
        <OutcomeMark outcome={it.outcome} />
      </td>
      <td>{fate ? (say.dispositions[fate] ?? fate) : <span class="dim">{say.open}</span>}</td>
      <td>
        <time dateTime={began}>
          {dateOf(began)} {timeOfDay(began)}
        </time>
      </td>
      <td class="number" data-label={say.took}>
        {duration(tookS(it))}
      </td>
      <td>{it.operator ?? <span class="dim">{say.notStarted}</span>}</td>
    </tr>
  );
}

/** How a batch ended; what is not as wanted stands out by more than color. */
export function OutcomeMark({ outcome: name }: { outcome: string }) {
  const word = say.outcomes[name] ?? name;
  return <span class={name === "ABORTED" || name === "STOPPED" ? "bad-word" : ""}>{word}</span>;
}

function tookS(it: Summary): number | null {
  if (!it.started_utc || !it.ended_utc) return null;
  return (Date.parse(it.ended_utc) - Date.parse(it.started_utc)) / 1000;
}

function Filters() {
  const outcomes = choices((it) => it.outcome);
  const chosen = ticked.value;
  return (
    <search class="filters" aria-label={say.find}>
      <Filter label={say.find} hint={say.findHint} to={words} kind="search" />
      <Pick label={say.recipe} to={recipe} names={choices((it) => it.recipe_id)} />
      <Pick label={say.outcome} to={outcome} names={outcomes} words={say.outcomes} />
      <Pick label={say.operator} to={operator} names={choices((it) => it.operator)} />
      <Filter label={say.from} hint={say.day} to={from} kind="numeric" />
      <Filter label={say.to} hint={say.day} to={to} kind="numeric" />
      <div class="filter-buttons">
        {isFiltered.value && (
          <button type="button" class="small quiet" onClick={clearFilters}>
            {say.clear}
          </button>
        )}
        <button
          type="button"
          class="small"
          disabled={chosen.length < 2}
          onClick={() => goTo("batches", "compare", ...chosen)}
        >
          {say.compare(chosen.length)}
        </button>
      </div>
    </search>
  );
}

interface FilterProps {
  label: string;
  hint?: string;
  to: Signal<string>;
  kind: "search" | "numeric";
}

function Filter({ label, hint, to: wanted, kind }: FilterProps) {
  return (
    <Field
      label={label}
      class={`filter-${kind}`}
      kind={kind}
      longest={kind === "numeric" ? 10 : 80}
      placeholder={hint}
      value={wanted.value}
      onInput={(text) => {
        wanted.value = text;
      }}
    />
  );
}

interface PickProps {
  label: string;
  to: Signal<string>;
  names: string[];
  words?: Record<string, string>;
}

function Pick({ label, to: wanted, names, words: texts }: PickProps) {
  return (
    <Choice
      label={label}
      value={wanted.value}
      onChange={(name) => {
        wanted.value = name;
      }}
    >
      <option value="">{say.any}</option>
      {names.map((name) => (
        <option key={name} value={name}>
          {texts?.[name] ?? name}
        </option>
      ))}
    </Choice>
  );
}

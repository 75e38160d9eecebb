import { fixed, timeOfDay } from "../../format";
import { Panel } from "../../parts/Panel";
import { strings } from "../../strings";
import { recipeStrings } from "../../strings/recipes";
import { cancel, firstId, isUnderWay, jobs, jobsProblem, matrixId, secondId, show } from "./jobs";
import type { Job } from "./shapes";

const say = recipeStrings.runs;

/** What was asked for, how far it is, and what can be shown of it. */
export function JobList({ kind }: { kind: Job["kind"] }) {
  const listed = jobs.value?.filter((job) => job.kind === kind);
  return (
    <Panel title={say.list} area="jobs">
      {jobsProblem.value && (
        <p class="problem" role="alert">
          {jobsProblem}
        </p>
      )}
      {listed?.length === 0 && <p class="empty">{say.none}</p>}
      <ul class="jobs">
        {listed?.map((job) => (
          <One key={job.id} job={job} />
        ))}
      </ul>
    </Panel>
  );
}

/** A simulation in few words. */
export function titleOf(job: Job): string {
  const seed = job.kind === "dry_run" ? `, ${say.seedIs(job.seed)}` : "";
  return `${job.name}${seed}`;
}

function One({ job }: { job: Job }) {
  const mark = { [firstId.value]: say.first, [secondId.value]: say.second }[job.id];
  const title = titleOf(job);
  return (
    <li class={mark || matrixId.value === job.id ? "job job-shown" : "job"} data-state={job.state}>
      <div class="job-head">
        <b>
          {mark && <span class="job-mark">{mark}</span>} {title}
        </b>
        <span>
          <Outcome job={job} />
        </span>
      </div>
      <small>
        {timeOfDay(job.asked_utc)}, {job.user}, {job.plant}
        {job.kind === "dry_run" && `, ${job.faults.join(", ") || say.noFaults}`}
      </small>
      {job.error && <small class="field-fault">{job.error}</small>}
      {isUnderWay(job) ? <UnderWay job={job} /> : <Over job={job} title={title} />}
    </li>
  );
}

function Outcome({ job }: { job: Job }) {
  const word = say.states[job.state] ?? job.state;
  if (job.state === "failed") return <b class="bad-word">{word}</b>;
  if (job.outcome) return <>{strings.states[job.outcome] ?? job.outcome}</>;
  if (job.failed) return <b class="bad-word">{`${job.failed} ${recipeStrings.matrix.failed}`}</b>;
  return <>{word}</>;
}

function UnderWay({ job }: { job: Job }) {
  return (
    <div class="job-way">
      <progress max={1} value={job.progress} aria-label={titleOf(job)} />
      <span>{fixed(100 * job.progress, 0)} %</span>
      <button
        type="button"
        class="small"
        aria-label={say.cancelLabel(titleOf(job))}
        onClick={() => void cancel(job)}
      >
        {say.cancel}
      </button>
    </div>
  );
}

function Over({ job, title }: { job: Job; title: string }) {
  if (job.state !== "done") return null;
  return (
    <div class="job-way">
      <button
        type="button"
        class="small"
        aria-label={say.showLabel(title)}
        onClick={() => show(job)}
      >
        {say.show}
      </button>
      {job.kind === "dry_run" && firstId.value && firstId.value !== job.id && (
        <button
          type="button"
          class="small"
          aria-label={say.besideLabel(title)}
          onClick={() => show(job, "second")}
        >
          {say.beside}
        </button>
      )}
    </div>
  );
}

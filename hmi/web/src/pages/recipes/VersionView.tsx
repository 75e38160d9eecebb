import { useSignal } from "@preact/signals";
import { dateOf, fixed, timeOfDay } from "../../format";
import { Panel } from "../../parts/Panel";
import { TextField } from "../../parts/TextField";
import { accountStrings } from "../../strings/accounts";
import { recipeStrings } from "../../strings/recipes";
import { evidenceOf, gatherEvidence, has, keyOf, step, told, type Version } from "./library";

const say = recipeStrings.library;

/** One version: what was done with it so far, and what this person may do next. */
export function VersionView({ of }: { of: Version }) {
  return (
    <Panel title={keyOf(of)} area="version" aside={of.standing}>
      {of.steps.length > 0 ? (
        <ol class="version-steps">
          {of.steps.map(({ seq, utc, text, data }) => (
            <li key={seq}>
              <span class="dim">
                {dateOf(utc)} {timeOfDay(utc)}
              </span>{" "}
              {text}
              {data.reason && `: ${data.reason}`}
            </li>
          ))}
        </ol>
      ) : (
        <p class="empty">{say.packaged}</p>
      )}
      {told.value.length > 0 && (
        <ul class="problem" role="alert">
          {told.value.map((reason) => (
            <li key={reason}>{reason}</li>
          ))}
        </ul>
      )}
      {!of.packaged && <Steps of={of} />}
    </Panel>
  );
}

function Steps({ of }: { of: Version }) {
  const judges = has("supervisor");
  const inReview = of.status === "in review";
  const canTry = (inReview || of.status === "approved") && has("author", "supervisor");
  return (
    <div class="version-do">
      {of.status === "draft" && has("author") && (
        <button type="button" class="primary" onClick={() => void step(of, "submit")}>
          {say.submit}
        </button>
      )}
      {canTry && !of.approved && <Evidence of={of} />}
      {canTry && !of.approved && judges && <Approve of={of} />}
      {inReview && judges && <WithReason of={of} name="reject" label={say.reject} />}
      {of.status !== "retired" && judges && <WithReason of={of} name="retire" label={say.retire} />}
    </div>
  );
}

/** The dry run and the fault matrix of exactly this text on the plant file of this mill. */
function Evidence({ of }: { of: Version }) {
  const { ids, jobs } = evidenceOf(of);
  if (!ids) {
    return (
      <div>
        <p class="dim band">{say.evidenceNote}</p>
        <button type="button" onClick={() => void gatherEvidence(of)}>
          {say.evidence}
        </button>
      </div>
    );
  }
  return (
    <ul aria-label={say.evidence}>
      {jobs.map((job) => (
        <li key={job.id} class="job-way">
          <span>{recipeStrings.runs.kinds[job.kind]}</span>
          <progress max={1} value={job.progress} aria-label={recipeStrings.runs.kinds[job.kind]} />
          <span>
            {job.state === "running"
              ? `${fixed(100 * job.progress, 0)} %`
              : recipeStrings.runs.states[job.state]}
          </span>
        </li>
      ))}
    </ul>
  );
}

function Approve({ of }: { of: Version }) {
  const { ids, jobs } = evidenceOf(of);
  const ready = jobs.length === 2 && jobs.every(({ state }) => state === "done");
  const deviations = jobs.find(({ kind }) => kind === "fault_matrix")?.failed ?? 0;
  return (
    <form
      class="version-form"
      onSubmit={(event) => {
        event.preventDefault();
        const form = new FormData(event.currentTarget);
        const password = form.get("password");
        const reason = String(form.get("reason") ?? "").trim() || null;
        if (ready && password) void step(of, "approve", { ...ids, password, reason });
      }}
    >
      {ready && deviations > 0 && (
        <TextField name="reason" label={say.deviations(deviations)} kind="sentence" />
      )}
      <TextField
        name="password"
        label={accountStrings.password}
        kind="password"
        autocomplete="current-password"
      />
      <button type="submit" aria-disabled={!ready}>
        {say.approve}
      </button>
      {!ready && <p class="why why-not">{say.needsEvidence}</p>}
    </form>
  );
}

interface ReasonProps {
  of: Version;
  name: "reject" | "retire";
  label: string;
}

function WithReason({ of, name, label }: ReasonProps) {
  const reason = useSignal("");
  const missing = reason.value.trim() === "";
  return (
    <form
      class="version-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (!missing) void step(of, name, { reason: reason.value.trim() });
      }}
    >
      <label class="field">
        <span>{say.reason(label)}</span>
        <span class="input">
          <input
            name={`${name}_reason`}
            maxLength={200}
            autocomplete="off"
            value={reason.value}
            onInput={({ currentTarget }) => {
              reason.value = currentTarget.value;
            }}
          />
        </span>
      </label>
      <button type="submit" aria-disabled={missing}>
        {label}
      </button>
    </form>
  );
}

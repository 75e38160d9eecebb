import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { Panel } from "../../parts/Panel";
import { recipeStrings } from "../../strings/recipes";
import { sound, text } from "./draft";
import { FaultPicker, picked } from "./FaultPicker";
import { JobList } from "./JobList";
import { followJobs, start } from "./jobs";
import { Result } from "./Result";
import { Plant } from "./Write";

const say = recipeStrings.runs;
const SEED_MAX = 2 ** 31 - 1;
const seed = signal("0");

/** Runs of the editor's text on the simulator: ask, follow, look, compare. */
export function Runs() {
  useEffect(followJobs, []);
  return (
    <div class="bench">
      <div class="bench-side">
        <Panel title={say.ask} area="dry-run">
          <Ask />
        </Panel>
        <JobList kind="dry_run" />
      </div>
      <Result />
    </div>
  );
}

/** Why the text cannot be simulated now; empty when it can. */
export function whyNot(): string {
  if (!text.value) return say.noText;
  return sound.value ? "" : say.needsSound;
}

function Ask() {
  const isSeed = /^\d{1,10}$/.test(seed.value) && Number(seed.value) <= SEED_MAX;
  const why = whyNot() || (isSeed ? "" : say.seedWrong);
  return (
    <form
      class="ask"
      onSubmit={(event) => {
        event.preventDefault();
        if (!why) void start("dry_run", Number(seed.value), picked.value);
      }}
    >
      <p class="dim band">{say.lead}</p>
      <div class="ask-what">
        <Plant />
        <label class="field">
          <span>{say.seed}</span>
          <span class="input">
            <input
              name="seed"
              inputMode="numeric"
              autocomplete="off"
              value={seed.value}
              onInput={({ currentTarget }) => {
                seed.value = currentTarget.value;
              }}
            />
          </span>
        </label>
      </div>
      <FaultPicker />
      <button type="submit" class="primary" aria-disabled={why !== ""}>
        {say.start}
      </button>
      {why && <p class="why why-not">{why}</p>}
    </form>
  );
}

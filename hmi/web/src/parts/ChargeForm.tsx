import { computed, signal } from "@preact/signals";
import { plain } from "../format";
import { command, underWay } from "../live/commands";
import { live, part, person, snapshot } from "../live/store";
import { strings } from "../strings";
import { Field } from "./Field";

const offer = part((s) => s.commands.charge);
const batchId = part((s) => s.batch?.id);
const simulated = part((s) => s.simulated);
const target = part((s) => s.batch?.target);

const TYPED = {
  cam_mass_g: "",
  sse_mass_g: "",
  cam_lot: "",
  sse_lot: "",
  blade_id: "",
  checked_by: "",
  jar_id: "",
  argon_lot: "",
  balance_id: "",
  calibrated: "",
  blade_hours: "",
  jar_hours: "",
  hours_origin: "",
};
type Typed = typeof TYPED;
type Ticked = "emptied_and_cleaned" | "balance_stable";
type Draft = Typed & Record<Ticked, boolean>;

const EMPTY: Draft = { ...TYPED, emptied_and_cleaned: false, balance_stable: false };

const NO_EXAMPLES = { cam: "", sse: "", blade: "" };
const draft = signal<Draft>(EMPTY);
let filledFor = "";

// Once for each batch, so that nothing that a person typed is overwritten.
function prefill(): void {
  const id = batchId.value;
  const batch = snapshot.peek()?.batch;
  if (!batch || filledFor === id) return;
  filledFor = batch.id;
  const before = batch.charge;
  const lots = simulated.value ? strings.charge.exampleLots : NO_EXAMPLES;
  draft.value = {
    cam_mass_g: plain(before?.cam_mass_g ?? batch.target.cam_mass_g),
    sse_mass_g: plain(before?.sse_mass_g ?? batch.target.sse_mass_g),
    cam_lot: before?.cam_lot ?? lots.cam,
    sse_lot: before?.sse_lot ?? lots.sse,
    blade_id: before?.blade_id ?? lots.blade,
    checked_by: before?.checked_by ?? "",
    emptied_and_cleaned: before?.emptied_and_cleaned ?? false,
    jar_id: before?.jar_id ?? "",
    argon_lot: before?.argon_lot ?? "",
    balance_id: before?.balance_id ?? "",
    balance_stable: before?.balance_stable ?? false,
    calibrated: before?.calibrated ?? "",
    blade_hours: hoursText(before?.blade_hours),
    jar_hours: hoursText(before?.jar_hours),
    hours_origin: before?.hours_origin ?? "",
  };
}

function hoursText(hours: number | null | undefined): string {
  return hours == null ? "" : plain(hours);
}

const problem = computed(() => {
  const it = draft.value;
  if (![it.cam_mass_g, it.sse_mass_g].every(isMass)) return strings.charge.mass;
  if (![it.cam_lot, it.sse_lot, it.blade_id].every(isText)) return strings.charge.missing;
  if (!isText(it.checked_by)) return strings.charge.secondMissing;
  const own = person.value?.name.trim().toLowerCase();
  if (it.checked_by.trim().toLowerCase() === own) return strings.charge.secondSame;
  return hoursProblem(it);
});

function hoursProblem(it: Draft): string {
  const declared = [it.blade_hours, it.jar_hours].filter((text) => text.trim() !== "");
  if (!declared.every(isHours)) return strings.charge.hoursNumber;
  if (it.jar_hours.trim() && !it.jar_id.trim()) return strings.charge.jarMissing;
  return declared.length > 0 && !it.hours_origin.trim() ? strings.charge.hoursMissing : "";
}

function isHours(text: string): boolean {
  const hours = grams(text);
  return hours >= 0 && hours <= 100_000;
}

function isText(text: string): boolean {
  return text.trim() !== "" && text.trim().length <= 60;
}

function isMass(text: string): boolean {
  const grams = Number(text.replace(",", "."));
  return text.trim() !== "" && grams >= 0.001 && grams <= 100_000;
}

function grams(text: string): number {
  return Number(text.replace(",", "."));
}

const share = computed(() => {
  const aim = target.value;
  const { cam_mass_g, sse_mass_g } = draft.value;
  if (!aim || !isMass(cam_mass_g) || !isMass(sse_mass_g)) return "";
  const whole = grams(cam_mass_g) + (aim.basis === "total" ? grams(sse_mass_g) : 0);
  const wt = (100 * grams(sse_mass_g)) / whole;
  return strings.charge.share(wt.toFixed(2), plain(aim.wt_percent));
});

/** What was put into the jar, and the checks before the start. */
export function ChargeForm({ onDone }: { onDone: () => void }) {
  prefill();
  const enabled = live.value && problem.value === "" && offer.value?.enabled !== false;
  return (
    <form
      class="charge"
      onSubmit={(event) => {
        event.preventDefault();
        if (enabled) void submit().then(onDone);
      }}
    >
      <p class="dim">{strings.charge.lead}</p>
      <div class="pair">
        <Line name="cam_mass_g" label={strings.charge.camMass} unit="g" decimal />
        <Line name="sse_mass_g" label={strings.charge.sseMass} unit="g" decimal />
      </div>
      <p class="dim charge-share">{share}</p>
      <div class="pair">
        <Line name="cam_lot" label={strings.charge.camLot} />
        <Line name="sse_lot" label={strings.charge.sseLot} />
      </div>
      <div class="pair">
        <Line name="blade_id" label={strings.charge.blade} />
        <Line name="checked_by" label={strings.charge.second} />
      </div>
      <Tick name="emptied_and_cleaned" label={strings.charge.cleaned} />
      <details>
        <summary>{strings.charge.more}</summary>
        <div class="pair">
          <Line name="jar_id" label={strings.charge.jar} />
          <Line name="argon_lot" label={strings.charge.argonLot} />
          <Line name="balance_id" label={strings.charge.balance} />
          <Line name="calibrated" label={strings.charge.calibrated} longest={200} />
          <Line name="blade_hours" label={strings.charge.bladeHours} unit="h" decimal />
          <Line name="jar_hours" label={strings.charge.jarHours} unit="h" decimal />
          <Line name="hours_origin" label={strings.charge.hoursOrigin} />
        </div>
        <Tick name="balance_stable" label={strings.charge.balanceStable} />
      </details>
      <div class="form-foot">
        <button
          type="submit"
          class={underWay("charge") ? "primary pending" : "primary"}
          data-command="charge"
          aria-disabled={!enabled}
        >
          {strings.charge.submit}
        </button>
        {!enabled && (
          <p class="why why-not">
            {problem.value || offer.value?.missing[0] || strings.command.notNow}
          </p>
        )}
      </div>
    </form>
  );
}

async function submit(): Promise<void> {
  const it = draft.peek();
  await command("charge", {
    cam_mass_g: grams(it.cam_mass_g),
    sse_mass_g: grams(it.sse_mass_g),
    cam_lot: it.cam_lot.trim(),
    sse_lot: it.sse_lot.trim(),
    blade_id: it.blade_id.trim(),
    checked_by: it.checked_by.trim(),
    emptied_and_cleaned: it.emptied_and_cleaned,
    jar_id: it.jar_id.trim(),
    argon_lot: it.argon_lot.trim(),
    balance_id: it.balance_id.trim(),
    // Nobody said that it was not: who leaves the tick out has not looked.
    balance_stable: it.balance_stable || null,
    calibrated: it.calibrated.trim(),
    blade_hours: hoursOf(it.blade_hours),
    jar_hours: hoursOf(it.jar_hours),
    hours_origin: it.hours_origin.trim(),
  });
}

function hoursOf(text: string): number | null {
  return text.trim() ? grams(text) : null;
}

function Tick({ name, label }: { name: Ticked; label: string }) {
  return (
    <label class="tick">
      <input
        type="checkbox"
        name={name}
        checked={draft.value[name]}
        onChange={(event) => {
          draft.value = { ...draft.value, [name]: event.currentTarget.checked };
        }}
      />
      <span>{label}</span>
    </label>
  );
}

interface LineProps {
  name: keyof Typed;
  label: string;
  unit?: string;
  decimal?: boolean;
  longest?: number;
}

function Line({ name, label, unit, decimal, longest = 60 }: LineProps) {
  return (
    <Field
      label={label}
      name={name}
      kind={decimal ? "decimal" : "text"}
      longest={longest}
      unit={unit}
      value={draft.value[name]}
      onInput={(typed) => {
        draft.value = { ...draft.value, [name]: typed };
      }}
    />
  );
}

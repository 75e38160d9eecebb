import { computed, signal } from "@preact/signals";
import { DASH, duration, fixed, scientific, significant } from "../format";
import { live, part } from "../live/store";
import { strings } from "../strings";
import type { Batch, Phase } from "../types";
import { ChargeForm } from "./ChargeForm";
import { Panel } from "./Panel";
import { RecipePicker } from "./RecipePicker";
import { Recovery } from "./Recovery";

const batch = part((s) => s.batch);
const recovery = part((s) => s.recovery);
const state = part((s) => s.state);
const stateTime = part((s) => Math.floor(s.state_s));
const changing = signal(false);

function setChanging(on: boolean): void {
  changing.value = on;
}

const waitsForStart = computed(() => state.value === "IDLE" && batch.value !== null);

/** The batch: what runs, where it is, what it waits for; or, before, what is to be prepared. */
export function BatchPanel() {
  const it = batch.value;
  return (
    <Panel
      title={strings.batch.title}
      area="batch"
      aside={live.value ? strings.batch.since(duration(stateTime.value)) : null}
    >
      {it ? <Loaded batch={it} /> : <NoBatch />}
    </Panel>
  );
}

function NoBatch() {
  if (batch.value === undefined) return null;
  if (recovery.value) return <Recovery cut={recovery.value} />;
  return (
    <>
      <p class="batch-none">
        <b>{strings.batch.none}</b>
        <span>{strings.batch.noneText}</span>
      </p>
      <RecipePicker />
    </>
  );
}

function Loaded({ batch: it }: { batch: Batch }) {
  const say = strings.batch;
  return (
    <>
      <p class="batch-name">
        <span>
          <b>{it.recipe.id}</b>{" "}
          <small>
            {say.version(it.recipe.version)}, {it.operator}
          </small>
        </span>
        <span>{it.recipe.title}</span>
      </p>
      {it.phase && <PhaseNow phase={it.phase} done={it.phases[it.phase.index]?.done ?? false} />}
      {waitsForStart.value ? <Preparation batch={it} /> : <Totals batch={it} />}
      {!waitsForStart.value && <PhaseList batch={it} />}
    </>
  );
}

function Preparation({ batch: it }: { batch: Batch }) {
  if (!it.charge || changing.value) {
    return <ChargeForm onDone={() => setChanging(false)} />;
  }
  return (
    <div class="charged">
      <p>
        <b>{strings.charge.done}</b>
        <span>
          {strings.charge.camMass} {significant(it.charge.cam_mass_g, 4)} g ({it.charge.cam_lot})
        </span>
        <span>
          {strings.charge.sseMass} {significant(it.charge.sse_mass_g, 4)} g ({it.charge.sse_lot})
        </span>
        <span>
          {strings.charge.blade} {it.charge.blade_id}
        </span>
        {it.charge.checked_by && (
          <span>
            {strings.charge.second} {it.charge.checked_by}
          </span>
        )}
      </p>
      <button type="button" class="small" onClick={() => setChanging(true)}>
        {strings.charge.change}
      </button>
    </div>
  );
}

function PhaseNow({ phase, done }: { phase: Phase; done: boolean }) {
  const say = strings.batch;
  const share = done ? 1 : Math.min(1, Math.max(0, phase.progress));
  return (
    <div class="phase">
      <p class="phase-count">
        {say.phase(phase.index + 1, phase.count)}
        <b>{!live.value ? strings.live.title : done ? say.done : phase.step}</b>
      </p>
      <p class="phase-label">{phase.label}</p>
      <dl class="phase-facts">
        <dt>{say.waiting}</dt>
        <dd data-waiting>{live.value ? phase.waiting_for || say.nothing : strings.live.title}</dd>
      </dl>
      <progress aria-label={say.progress} max={1} value={share} />
      <p class="phase-time">
        {say.elapsed} <b>{duration(phase.elapsed_s)}</b> {say.limit(duration(phase.limit_s))}
      </p>
    </div>
  );
}

function Totals({ batch: it }: { batch: Batch }) {
  const say = strings.batch;
  const left = it.time_left_s ?? null;
  const times: Fact[] = [
    [say.process, duration(it.process_s)],
    [say.toEnd, left === null ? DASH : say.atLeast(duration(left))],
    [say.hold, duration(it.hold_s)],
    [say.wall, duration(it.wall_s)],
    [say.onTime, duration(it.on_time_s)],
    [say.revolutions, fixed(it.revolutions, 0)],
  ];
  const amounts: Fact[] = [
    [say.energy, fixed(it.energy_kwh_per_kg, 4), "kWh/kg"],
    [say.argon, fixed(it.argon_l, 1), "L"],
    [say.leak, scientific(it.leak_rate_mbar_l_s), "mbar L/s"],
  ];
  return <Facts facts={[...times, ...amounts]} />;
}

type Fact = [label: string, value: string, unit?: string];

function Facts({ facts }: { facts: Fact[] }) {
  return (
    <dl class="totals">
      {facts.map(([label, value, unit]) => (
        <div key={label}>
          <dt>
            {label} {unit && <small>{unit}</small>}
          </dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function PhaseList({ batch: it }: { batch: Batch }) {
  const say = strings.batch;
  const now = it.phase?.index ?? -1;
  return (
    <ol class="phases" aria-label={say.phases}>
      {it.phases.map((phase, i) => {
        const status = phase.done ? "done" : i === now ? "now" : "next";
        const word = { done: say.done, now: say.now, next: say.toCome }[status];
        return (
          <li
            key={`${i}${phase.label}`}
            class={`phase-row phase-${status}`}
            aria-current={status === "now" ? "step" : undefined}
          >
            <span>{phase.label}</span>
            <small>{word}</small>
          </li>
        );
      })}
    </ol>
  );
}

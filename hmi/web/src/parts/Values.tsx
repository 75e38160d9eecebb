import { computed, type ReadonlySignal } from "@preact/signals";
import { DASH, fixed } from "../format";
import { live, part } from "../live/store";
import { strings } from "../strings";
import type { Value } from "../types";
import { type Bar, barOf, reading, sideOf, usable } from "./limits";

const CARDS = [
  "o2_ppm",
  "h2o_ppm",
  "h2s_ppm",
  "vessel_pressure_mbar_g",
  "rotor_rpm",
  "torque_nm",
  "powder_probe_c",
  "jar_c",
  "argon_flow_slpm",
  "argon_supply_bar_g",
  "room_o2_percent",
  "room_h2s_ppm",
  "motor_c",
  "cooling_flow_lpm",
  "sample_flow_slpm",
] as const;

const SWITCHES = Object.keys(strings.switches);

const SET_POINTS = new Set(["rotor_rpm", "argon_flow_slpm"]);

const values = part((s) => s.values);
const outputs = part((s) => s.outputs);

function signalOf(name: string): ReadonlySignal<Value | undefined> {
  return computed(() => values.value?.[name]);
}

const cards = CARDS.map((name) => ({ name, value: signalOf(name) }));
const switches = SWITCHES.map((name) => ({ name, value: signalOf(name) }));

/** The values that an operator looks at first, and what is open, shut or locked. */
export function Values() {
  return (
    <section class="values" aria-label={strings.values.title}>
      <div class="cards">
        {cards.map((card) => (
          <Card key={card.name} name={card.name} source={card.value} />
        ))}
      </div>
      <ul class="switches" aria-label={strings.values.switches}>
        {switches.map((item) => (
          <Switch key={item.name} name={item.name} source={item.value} />
        ))}
      </ul>
    </section>
  );
}

function Card({ name, source }: { name: string; source: ReadonlySignal<Value | undefined> }) {
  const value = source.value;
  if (!value) return <article class="card card-bad" data-signal={name} />;
  const good = usable(value);
  const above = live.value && value.above_range;
  const side = good ? sideOf(value.value, value.limits) : "";
  return (
    <article class={good || above ? "card" : "card card-bad"} data-signal={name}>
      <h3>
        <span title={value.label}>{value.label.replace(/^Headspace /, "")}</span>
        {side && <b class="side">{side}</b>}
      </h3>
      <output>
        {good ? reading(value.value, value.decimals) : above ? strings.aboveRange : DASH}
      </output>
      {SET_POINTS.has(name) ? (
        <SetPoint name={name} decimals={value.decimals} />
      ) : (
        <LimitBar bar={barOf(name, good ? value.value : null, value.limits)} />
      )}
      <p class="card-foot">
        {(good || above) && <span>{value.unit}</span>}
        <Quality value={value} />
      </p>
    </article>
  );
}

function SetPoint({ name, decimals }: { name: string; decimals: number }) {
  const value = outputs.value?.[name];
  const known = typeof value === "number" && live.value;
  return <p class="bar set-point">{known && strings.values.setPoint(fixed(value, decimals))}</p>;
}

/** Age of a good value; the reason in words for any other. */
export function Quality({ value }: { value: Value }) {
  const age = value.age_s === null ? "" : `${value.age_s.toFixed(1)} s`;
  if (!live.value) return <span class="bad-word">{strings.live.title}</span>;
  if (value.quality === "good") return <span class="age">{age}</span>;
  const word = strings.quality[value.quality] ?? value.quality;
  const bad = value.quality !== "limited";
  const stale = value.quality === "stale" && value.age_s !== null;
  return <span class={bad ? "bad-word" : "age"}>{stale ? `${word} ${age}` : word}</span>;
}

/** Where a value lies between its limits: a pointer over a track, thick marks where it acts. */
function LimitBar({ bar }: { bar: Bar | null }) {
  if (!bar) return <div class="bar" />;
  const left = (at: number) => ({ left: `${100 * at}%` });
  return (
    <div class="bar bar-track" aria-hidden="true">
      {bar.marks.map((mark) => (
        <i key={`${mark.kind}${mark.at}`} class={`mark mark-${mark.kind}`} style={left(mark.at)} />
      ))}
      {bar.pointer !== null && <i class="pointer" style={left(bar.pointer)} />}
    </div>
  );
}

function Switch({ name, source }: { name: string; source: ReadonlySignal<Value | undefined> }) {
  const value = source.value;
  const [label, onWord, offWord] = strings.switches[name] ?? [name, "", ""];
  const good = usable(value);
  const on = good && value.value >= 0.5;
  const word = good ? (on ? onWord : offWord) : strings.values.unknown;
  return (
    <li class={`switch switch-${good ? (on ? "on" : "off") : "unknown"}`} data-signal={name}>
      <span>{label}</span>
      <b>{word}</b>
    </li>
  );
}

/** The value of a signal as a cell has it; a dash for one that is not usable. */
export function valueText(value: Value): string {
  if (usable(value) && value.digital) return strings.values.digital[value.value >= 0.5 ? 1 : 0];
  if (usable(value)) return fixed(value.value, value.decimals);
  return live.value && value.above_range ? strings.aboveRange : DASH;
}

import { computed, type ReadonlySignal } from "@preact/signals";
import { DASH, fixed } from "../format";
import { live, part } from "../live/store";
import { strings } from "../strings";
import type { Limits, Value } from "../types";

const CARDS = [
  "o2_ppm",
  "h2o_ppm",
  "h2s_ppm",
  "vessel_pressure_mbar_g",
  "argon_flow_slpm",
  "rotor_rpm",
  "torque_nm",
  "powder_probe_c",
  "jar_c",
  "room_o2_percent",
] as const;

const LOGARITHMIC = new Set(["o2_ppm", "h2o_ppm", "h2s_ppm"]);

const SWITCHES = Object.keys(strings.switches);

const SET_POINTS = new Set(["rotor_rpm", "argon_flow_slpm"]);

const values = part((s) => s.values);
const outputs = part((s) => s.outputs);

function signalOf(name: string): ReadonlySignal<Value | undefined> {
  return computed(() => values.value?.[name]);
}

/** Whether a value may be read as what is now: it was measured, in time, and came in time. */
export function usable(value: Value | undefined): value is Value & { value: number } {
  return (
    live.value && value?.value != null && (value.quality === "good" || value.quality === "limited")
  );
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
        <LimitBar
          value={good ? value.value : null}
          limits={value.limits}
          log={LOGARITHMIC.has(name)}
        />
      )}
      <p class="card-foot">
        {(good || above) && <span>{value.unit}</span>}
        <Quality value={value} />
      </p>
    </article>
  );
}

// A number of five figures fits; more decimals than that say nothing.
function reading(value: number, decimals: number): string {
  const figures = Math.abs(value) >= 1000 ? 0 : Math.abs(value) >= 100 ? 1 : decimals;
  return fixed(value, Math.min(decimals, figures));
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

type End = number | null;

function isOutside(value: number, pair: [End, End] | undefined, end: 0 | 1): boolean {
  const limit = pair?.[end] ?? null;
  return limit !== null && (end === 0 ? value < limit : value > limit);
}

function sideOf(value: number, limits: Limits | null | undefined): string {
  for (const pair of [limits?.act, limits?.warn]) {
    if (isOutside(value, pair, 1)) return strings.values.high;
    if (isOutside(value, pair, 0)) return strings.values.low;
  }
  return "";
}

interface BarProps {
  value: number | null;
  limits: Limits | null | undefined;
  log: boolean;
}

/** Where a value lies between its limits: a pointer over a track, thick marks where it acts. */
function LimitBar({ value, limits, log }: BarProps) {
  const ends = scaleOf(limits, log);
  if (!ends) return <div class="bar" />;
  const at = (it: number) => {
    const share = (place(it, log) - ends[0]) / (ends[1] - ends[0]);
    return `${100 * Math.min(1, Math.max(0, share))}%`;
  };
  const mark = (end: End | undefined, kind: string) =>
    end == null ? null : <i class={`mark mark-${kind}`} style={{ left: at(end) }} />;
  return (
    <div class="bar bar-track" aria-hidden="true">
      {mark(limits?.warn?.[0], "warn")}
      {mark(limits?.warn?.[1], "warn")}
      {mark(limits?.act?.[0], "act")}
      {mark(limits?.act?.[1], "act")}
      {value !== null && <i class="pointer" style={{ left: at(value) }} />}
    </div>
  );
}

function place(value: number, log: boolean): number {
  return log ? Math.log10(Math.max(value, 0.01)) : value;
}

function scaleOf(limits: Limits | null | undefined, log: boolean): [number, number] | null {
  const ends = [...(limits?.warn ?? []), ...(limits?.act ?? [])].filter((end) => end !== null);
  if (ends.length === 0) return null;
  const low = Math.min(...ends);
  const high = Math.max(...ends);
  if (log) return [-2, place(high, true) + 1];
  const onlyHigh = (limits?.warn?.[0] ?? limits?.act?.[0] ?? null) === null;
  if (onlyHigh) return [0, 1.25 * high];
  const room = 0.3 * Math.max(high - low, 0.1 * Math.abs(high), 1e-9);
  return [low - room, high + room];
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

const rows = computed(() => Object.entries(values.value ?? {}));

function tableText(value: Value): string {
  if (usable(value) && value.digital) return strings.values.digital[value.value >= 0.5 ? 1 : 0];
  if (usable(value)) return fixed(value.value, value.decimals);
  return live.value && value.above_range ? strings.aboveRange : DASH;
}

/** Every signal, with where it comes from. */
export function AllValues() {
  return (
    <div class="scroll" tabIndex={0}>
      <table class="table">
        <thead>
          <tr>
            <th scope="col">{strings.values.signal}</th>
            <th scope="col" class="number">
              {strings.values.value}
            </th>
            <th scope="col">{strings.values.quality}</th>
            <th scope="col" class="wide-only">
              {strings.values.source}
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.value.map(([name, value]) => (
            <tr key={name} class={usable(value) ? "" : "row-bad"}>
              <th scope="row">{value.label}</th>
              <td class="number">
                {tableText(value)} <small>{value.unit}</small>
              </td>
              <td>
                <Quality value={value} />
              </td>
              <td class="dim wide-only">{value.source}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

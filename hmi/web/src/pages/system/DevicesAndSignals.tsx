import { signal } from "@preact/signals";
import { DASH, fixed } from "../../format";
import { live, part } from "../../live/store";
import { Field } from "../../parts/Field";
import { usable } from "../../parts/limits";
import { Panel } from "../../parts/Panel";
import { Quality, valueText } from "../../parts/Values";
import { strings } from "../../strings";
import { systemStrings } from "../../strings/system";
import type { Device, Value } from "../../types";
import { type Inside, inside, insideProblem, useInside } from "./inside";

const devices = part((s) => s.devices);
const values = part((s) => s.values);
const words = signal("");
const onlyBad = signal(false);

/** Every device with its link, and every signal with its raw words. */
export function DevicesAndSignals() {
  useInside();
  return (
    <div class="page page-devices">
      <Panel title={systemStrings.devices.title} area="devices">
        <DeviceTable />
      </Panel>
      <Panel
        title={systemStrings.signals.title}
        area="signals"
        aside={systemStrings.signals.count(found().length, Object.keys(values.value ?? {}).length)}
      >
        <Find />
        {insideProblem.value && <p class="problem">{insideProblem}</p>}
        <SignalTable />
      </Panel>
    </div>
  );
}

function DeviceTable() {
  const say = strings.devices;
  const more = systemStrings.devices;
  const rows = devices.value ?? [];
  if (rows.length === 0) return <p class="empty">{say.none}</p>;
  return (
    <div class="scroll" tabIndex={0}>
      <table class="table">
        <thead>
          <tr>
            <th scope="col">{say.device}</th>
            <th scope="col">{say.link}</th>
            <th scope="col">{more.identity}</th>
            <th scope="col">{more.watchdog}</th>
            <th scope="col">{more.outputs}</th>
            <th scope="col" class="number">
              {say.age}
            </th>
            <th scope="col" class="number">
              {say.roundTrip}
            </th>
            <th scope="col" class="number">
              {say.errors}
            </th>
            <th scope="col">{say.address}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <DeviceRow key={row.id} of={row} standing={inside.value?.devices[row.id]} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

type Standing = Inside["devices"][string];

function DeviceRow({ of, standing }: { of: Device; standing: Standing | undefined }) {
  const say = systemStrings.devices;
  const linked = of.connected && live.value;
  return (
    <tr class={linked ? "" : "row-bad"}>
      <th scope="row">
        {of.id} <small class="dim">{of.profile}</small>
      </th>
      <td>
        {linked ? strings.devices.connected : <span class="bad-word">{strings.devices.lost}</span>}
      </td>
      <Well it={linked ? standing?.stranger : undefined} word={say.right} />
      <Well it={standing?.unarmed} word={watchWord(standing)} />
      <Well it={standing?.foreign} word={standing?.watch === "none" ? DASH : say.held} />
      <td class="number">{linked ? fixed(of.age_s, 1) : DASH} s</td>
      <td class="number">{linked ? fixed(of.round_trip_ms, 1) : DASH} ms</td>
      <td class="number">{of.errors}</td>
      <td class="dim">{of.address}</td>
    </tr>
  );
}

function watchWord(standing: Standing | undefined): string {
  const say = systemStrings.devices;
  if (!standing || standing.watch === "none") return say.none;
  if (standing.watch === "by hand") return say.byHand;
  return say.armed(fixed(standing.watchdog_s, 1));
}

/** A word when all is well, else what is wrong; a dash while that is not known. */
function Well({ it, word }: { it: string | undefined; word: string }) {
  if (it === undefined) return <td>{DASH}</td>;
  return <td>{it ? <span class="bad-word">{it}</span> : word}</td>;
}

function Find() {
  const say = systemStrings.signals;
  return (
    <search class="signal-find">
      <Field
        label={say.find}
        unseen
        kind="search"
        longest={60}
        value={words.value}
        onInput={(typed) => {
          words.value = typed;
        }}
      />
      <label class="tick">
        <input
          type="checkbox"
          checked={onlyBad.value}
          onChange={(event) => {
            onlyBad.value = event.currentTarget.checked;
          }}
        />
        <span>{say.only}</span>
      </label>
    </search>
  );
}

function found(): [string, Value][] {
  const wanted = words.value.toLowerCase().split(/\s+/);
  return Object.entries(values.value ?? {}).filter(([name, value]) => {
    const line = `${name} ${value.label} ${value.source} ${value.unit}`.toLowerCase();
    return wanted.every((word) => line.includes(word)) && !(onlyBad.value && usable(value));
  });
}

function SignalTable() {
  const say = systemStrings.signals;
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
            <th scope="col">{strings.values.source}</th>
            <th scope="col">{say.address}</th>
            <th scope="col">
              {say.raw} <small>{say.rawHint}</small>
            </th>
          </tr>
        </thead>
        <tbody>
          {found().map(([name, value]) => (
            <tr key={name} data-row={name} class={usable(value) ? "" : "row-bad"}>
              <th scope="row">{value.label}</th>
              <td class="number">
                {valueText(value)} <small>{value.unit}</small>
              </td>
              <td>
                <Quality value={value} />
              </td>
              <td class="dim">{value.source}</td>
              <Raw it={inside.value?.signals[name]} />
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Raw({ it }: { it: Inside["signals"][string] | undefined }) {
  const say = systemStrings.signals;
  if (!it)
    return (
      <>
        <td class="dim">{DASH}</td>
        <td class="dim">{inside.value ? say.computed : DASH}</td>
      </>
    );
  const bits = it.table === "coil" || it.table === "discrete";
  const texts = it.words.map((word) =>
    bits ? String(Number(word)) : word.toString(16).toUpperCase().padStart(4, "0"),
  );
  return (
    <>
      <td class="dim">
        {say.tables[it.table] ?? it.table} {it.address}
      </td>
      <td class="raw">
        {texts.length ? texts.join(" ") : <span class="bad-word">{say.noAnswer}</span>}
      </td>
    </>
  );
}

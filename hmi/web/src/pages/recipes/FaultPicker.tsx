import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { call, reasonsOf } from "../../api";
import { plain } from "../../format";
import { recipeStrings } from "../../strings/recipes";
import { numberIn } from "./number";
import type { KnownFault } from "./shapes";

const say = recipeStrings.runs;

const known = signal<KnownFault[] | null>(null);
const problem = signal("");
const filter = signal("");
const chosen = signal("");
const times = signal({ on: "300", off: "", value: "" });

/** The faults that the next run gets, as `NAME@ON-OFF:VALUE`. */
export const picked = signal<string[]>([]);

async function readFaults(): Promise<void> {
  if (known.peek()) return;
  try {
    known.value = (await call<{ faults: KnownFault[] }>("GET", "workshop/faults")).faults;
    problem.value = "";
  } catch (error) {
    problem.value = reasonsOf(error).join(" ");
  }
}

function found(): KnownFault[] {
  const words = filter.value.toLowerCase().split(/\s+/);
  return (known.value ?? []).filter((fault) => {
    const all = `${fault.name} ${fault.family} ${fault.text}`.toLowerCase();
    return words.every((word) => all.includes(word));
  });
}

/** Choose a fault, when it begins and ends and how large it is, and add it to the run. */
export function FaultPicker() {
  useEffect(() => void readFaults(), []);
  const faults = found();
  const now = faults.find(({ name }) => name === chosen.value) ?? faults[0];
  return (
    <details class="picker-faults">
      <summary>{say.faultsOf(picked.value.length)}</summary>
      <div class="picker-inside">
        {problem.value && <p class="problem">{problem}</p>}
        <label class="field">
          <span>
            {say.filter} <small>{say.found(faults.length)}</small>
          </span>
          <span class="input">
            <input
              type="search"
              name="fault_filter"
              value={filter.value}
              onInput={({ currentTarget }) => {
                filter.value = currentTarget.value;
              }}
            />
          </span>
        </label>
        <label class="field">
          <span>{say.fault}</span>
          <span class="input">
            <select
              name="fault"
              value={now?.name ?? ""}
              onChange={({ currentTarget }) => {
                chosen.value = currentTarget.value;
              }}
            >
              {[...new Set(faults.map(({ family }) => family))].map((family) => (
                <optgroup key={family} label={family}>
                  {faults
                    .filter((fault) => fault.family === family)
                    .map(({ name }) => (
                      <option key={name} value={name}>
                        {name}
                      </option>
                    ))}
                </optgroup>
              ))}
            </select>
          </span>
          {now && <small>{now.text}</small>}
        </label>
        <div class="picker-numbers">
          <Number_ name="on" label={say.on} unit="s" />
          <Number_ name="off" label={say.off} unit="s" />
          {now?.value && (
            <Number_
              name="value"
              label={say.value}
              unit={now.value.unit}
              hint={recipeStrings.form.range(plain(now.value.low), plain(now.value.high))}
              usual={plain(now.value.default)}
            />
          )}
        </div>
        <button type="button" aria-disabled={!now} onClick={() => now && add(now)}>
          {say.add}
        </button>
        <ul class="chips" aria-label={say.faults}>
          {picked.value.map((fault) => (
            <li key={fault}>
              <code>{fault}</code>
              <button
                type="button"
                class="small quiet"
                aria-label={say.removeFault(fault)}
                onClick={() => {
                  picked.value = picked.value.filter((one) => one !== fault);
                }}
              >
                {recipeStrings.form.remove}
              </button>
            </li>
          ))}
        </ul>
      </div>
    </details>
  );
}

/** The fault as the command line takes it. What is left out is left to its default. */
function add(fault: KnownFault): void {
  const { on, off, value } = times.peek();
  const [from, until, size] = [numberIn(on), numberIn(off), numberIn(value)];
  const begin = from ?? (until === null ? null : 0);
  const span = begin === null ? "" : `@${begin}${until === null ? "" : `-${until}`}`;
  const text = fault.name + span + (fault.value && size !== null ? `:${size}` : "");
  if (!picked.peek().includes(text)) picked.value = [...picked.peek(), text];
}

interface NumberProps {
  name: "on" | "off" | "value";
  label: string;
  unit: string;
  hint?: string;
  usual?: string;
}

function Number_({ name, label, unit, hint = "", usual = "" }: NumberProps) {
  return (
    <label class="field">
      <span>
        {label} <span class="field-range">{hint}</span>
      </span>
      <span class="input">
        <input
          name={`fault_${name}`}
          inputMode="decimal"
          autocomplete="off"
          placeholder={usual}
          value={times.value[name]}
          onInput={({ currentTarget }) => {
            times.value = { ...times.value, [name]: currentTarget.value };
          }}
        />
        <span class="unit">{unit}</span>
      </span>
    </label>
  );
}

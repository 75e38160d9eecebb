import { computed, signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { call, reasonsOf } from "../../api";
import { duration, plain } from "../../format";
import { person } from "../../live/store";
import { Events } from "../../parts/Events";
import { Choice, Field, numberOf } from "../../parts/Field";
import { Panel } from "../../parts/Panel";
import { systemStrings } from "../../strings/system";

const say = systemStrings.training;
const READ_MS = 1000;
const MAY = ["supervisor", "maintenance", "admin"];

interface Known {
  name: string;
  family: string;
  text: string;
  value: { unit: string; default: number; low: number; high: number } | null;
}

interface Planned {
  name: string;
  value: number | null;
  unit: string | null;
  active: boolean;
  begins_s: number | null;
  ends_s: number | null;
}

const known = signal<Known[]>([]);
const planned = signal<Planned[]>([]);
const problem = signal("");
const said = signal("");
const words = signal("");
const chosen = signal("");
const onset = signal("0");
const end = signal("60");
const value = signal("");

const found = computed(() => {
  const wanted = words.value.toLowerCase().split(/\s+/);
  return known.value.filter(({ name, family, text }) => {
    const line = `${name} ${family} ${text}`.toLowerCase();
    return wanted.every((word) => line.includes(word));
  });
});
const fault = computed(
  () => found.value.find(({ name }) => name === chosen.value) ?? found.value[0],
);

async function read(): Promise<void> {
  try {
    planned.value = (await call<{ faults: Planned[] }>("GET", "training")).faults;
    problem.value = "";
  } catch (error) {
    planned.value = [];
    problem.value = reasonsOf(error).join(" ");
  }
}

async function readKnown(): Promise<void> {
  if (known.peek().length) return;
  try {
    known.value = (await call<{ faults: Known[] }>("GET", "workshop/faults")).faults;
  } catch (error) {
    problem.value = reasonsOf(error).join(" ");
  }
}

/** Faults for training: put in, watched, and ended. Only where the mill is a simulated one. */
export function Training() {
  useEffect(() => {
    said.value = "";
    void readKnown();
    void read();
    const timer = setInterval(() => void read(), READ_MS);
    return () => clearInterval(timer);
  }, []);
  return (
    <div class="page page-training">
      <Panel title={say.title} area="inject" focusable>
        <p class="dim">{say.lead}</p>
        {problem.value && <p class="problem">{problem}</p>}
        <Inject />
        <p role="status">{said}</p>
      </Panel>
      <Panel title={say.active} area="faults" focusable>
        <Active />
      </Panel>
      <Panel title={say.reaction} area="reaction">
        <Events />
      </Panel>
    </div>
  );
}

/** `NAME@ON-OFF:VALUE`, or why there is none. */
function faultText(of: Known): { text: string; wrong: string } {
  const from = numberOf(onset.value);
  const lasts = end.value.trim() ? numberOf(end.value) : null;
  const much = value.value.trim() ? numberOf(value.value) : null;
  const off = lasts === null ? "" : `-${plain(from + lasts)}`;
  const size = of.value && much !== null ? `:${plain(much)}` : "";
  const inRange = !of.value || much === null || (much >= of.value.low && much <= of.value.high);
  const good = from >= 0 && (lasts === null || lasts > 0) && inRange;
  return { text: `${of.name}@${plain(from)}${off}${size}`, wrong: good ? "" : say.number };
}

async function act(work: () => Promise<string>): Promise<void> {
  said.value = "";
  try {
    said.value = await work();
    await read();
  } catch (error) {
    problem.value = reasonsOf(error).join(" ");
  }
}

function mayTrain(): boolean {
  return person.value?.roles.some((role) => MAY.includes(role)) ?? false;
}

function Inject() {
  const it = fault.value;
  const { text, wrong } = it ? faultText(it) : { text: "", wrong: say.number };
  const why = mayTrain() ? wrong : say.role;
  const set = (to: typeof onset) => (typed: string) => {
    to.value = typed;
  };
  return (
    <form
      class="stack"
      onSubmit={(event) => {
        event.preventDefault();
        if (why) return;
        void act(async () => {
          await call("POST", "training/faults", { fault: text });
          return say.put(text);
        });
      }}
    >
      <Field
        label={say.find}
        name="fault_search"
        kind="search"
        longest={60}
        value={words.value}
        onInput={(typed) => {
          words.value = typed;
        }}
      />
      <Choice
        label={say.fault}
        hint={found.value.length}
        name="fault"
        value={it?.name ?? ""}
        onChange={(name) => {
          chosen.value = name;
          value.value = "";
        }}
      >
        {found.value.map(({ name, family }) => (
          <option key={name} value={name}>
            {name} ({family})
          </option>
        ))}
      </Choice>
      <p class="fault-text">{it?.text}</p>
      <div class="fault-times">
        <Field
          kind="decimal"
          label={say.onset}
          name="fault_onset"
          unit="s"
          value={onset.value}
          onInput={set(onset)}
        />
        <Field
          kind="decimal"
          label={say.end}
          name="fault_end"
          unit="s"
          hint={say.endHint}
          value={end.value}
          onInput={set(end)}
        />
        {it?.value && (
          <Field
            kind="decimal"
            label={say.value}
            name="fault_value"
            unit={it.value.unit}
            hint={say.range(plain(it.value.low), plain(it.value.high), it.value.unit)}
            value={value.value || plain(it.value.default)}
            onInput={set(value)}
          />
        )}
      </div>
      <div class="buttons">
        <button type="submit" aria-disabled={why !== ""}>
          {say.inject}
        </button>
      </div>
      <p class="why why-not">{why || `${text}. ${say.plantTime}`}</p>
    </form>
  );
}

function Active() {
  const all = planned.value;
  return (
    <>
      {all.length === 0 && <p class="empty">{say.none}</p>}
      <ul class="faults">
        {all.map((it, i) => (
          <li key={`${it.name}${i}`} data-fault={it.name}>
            <b class={it.active ? "bad-word" : ""}>{it.active ? say.there : say.coming}</b>
            <span>
              {it.name} {it.value !== null && `${plain(it.value)} ${it.unit}`}
            </span>
            <small>
              {it.begins_s !== null && `${say.begins(duration(it.begins_s))}, `}
              {it.ends_s === null ? say.stays : say.ends(duration(it.ends_s))}
            </small>
          </li>
        ))}
      </ul>
      <button
        type="button"
        class="small"
        disabled={all.length === 0 || !mayTrain()}
        onClick={() =>
          void act(async () => {
            await call("DELETE", "training/faults", {});
            return say.healed;
          })
        }
      >
        {say.heal}
      </button>
    </>
  );
}

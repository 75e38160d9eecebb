import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { fixed, plain } from "../../format";
import { roleMissing } from "../../live/permits";
import { live, part } from "../../live/store";
import { Choice, Field, numberOf } from "../../parts/Field";
import { Panel } from "../../parts/Panel";
import { systemStrings } from "../../strings/system";
import { ended, held, hold, letGo } from "./lease";
import { Missing } from "./Missing";

const say = systemStrings.jog;
const hands = part((s) => s.hands);

type Valve = "" | "on" | "off";
const wanted = signal({
  flow: "",
  rpm: "100",
  supply: "" as Valve,
  exhaust: "" as Valve,
  cooling: "" as Valve,
});

function set(change: Partial<typeof wanted.value>): void {
  wanted.value = { ...wanted.peek(), ...change };
}

interface Args {
  problem: string;
  args: object;
}

function gasArgs(): Args {
  const { flow, supply, exhaust, cooling } = wanted.value;
  const slpm = numberOf(flow);
  const args = {
    ...(flow.trim() && { argon_flow_slpm: slpm }),
    ...(supply && { supply_open: supply === "on" }),
    ...(exhaust && { exhaust_shut: exhaust === "off" }),
    ...(cooling === "off" && { cooling_shut: true }),
  };
  if (flow.trim() && !(slpm >= 0)) return { problem: say.number, args };
  return { problem: Object.keys(args).length ? "" : say.choose, args };
}

function bladeArgs(): Args {
  const rpm = numberOf(wanted.value.rpm);
  const most = hands.value?.rotor_rpm_max ?? 0;
  const fits = rpm > 0 && rpm <= most;
  return { problem: fits ? "" : say.most(plain(most)), args: { rotor_rpm: rpm } };
}

/** Valves, flow and blade for as long as a person holds a button. */
export function JogPanel() {
  useEffect(() => () => letGo(say.lost), []);
  const jog = hands.value?.jog;
  const missing = hands.value?.jog_missing;
  return (
    <Panel title={say.title} area="jog">
      <p class="dim">{say.lead}</p>
      <p class="jog-now" role="status">
        {jog ? <b>{say.left(jog.user, fixed(jog.left_s, 1))}</b> : say.nothing}{" "}
        {ended.value.map((why) => (
          <span key={why} class="jog-ended">
            {say.ended(why)}
          </span>
        ))}
      </p>
      <div class="jog-pair">
        <section class="jog-part" aria-label={say.gas}>
          <h3>{say.gas}</h3>
          <div class="jog-valves">
            <ValveChoice label={say.supply} name="supply" />
            <ValveChoice label={say.exhaust} name="exhaust" />
            <ValveChoice label={say.cooling} name="cooling" shutOnly />
            <Field
              kind="decimal"
              label={say.flow}
              name="jog_flow"
              unit="slpm"
              value={wanted.value.flow}
              onInput={(flow) => set({ flow })}
            />
          </div>
          <HoldButton what="gas" text={say.holdGas} of={gasArgs()} missing={missing?.gas ?? []} />
        </section>
        <section class="jog-part" aria-label={say.blade}>
          <h3>{say.blade}</h3>
          <Field
            kind="decimal"
            label={say.rpm}
            name="jog_rpm"
            unit="rpm"
            hint={say.most(plain(hands.value?.rotor_rpm_max ?? 0))}
            value={wanted.value.rpm}
            onInput={(rpm) => set({ rpm })}
          />
          <HoldButton
            what="blade"
            text={say.holdBlade}
            of={bladeArgs()}
            missing={missing?.blade ?? []}
          />
        </section>
      </div>
    </Panel>
  );
}

interface ValveProps {
  label: string;
  name: "supply" | "exhaust" | "cooling";
  shutOnly?: boolean;
}

function ValveChoice({ label, name, shutOnly }: ValveProps) {
  return (
    <Choice
      label={label}
      name={`jog_${name}`}
      value={wanted.value[name]}
      onChange={(valve) => set({ [name]: valve as Valve })}
    >
      <option value="">{say.rest}</option>
      {!shutOnly && <option value="on">{say.open}</option>}
      <option value="off">{say.shut}</option>
    </Choice>
  );
}

interface HoldProps {
  what: "gas" | "blade";
  text: string;
  of: Args;
  missing: string[];
}

/** Held by finger or by Space; let go by anything else that happens. */
function HoldButton({ what, text, of, missing }: HoldProps) {
  const role = roleMissing("jog");
  const reasons = [...(role ? [role] : []), ...missing, ...(of.problem ? [of.problem] : [])];
  const enabled = live.value && reasons.length === 0;
  const isHeld = held.value === what;
  const press = () => {
    if (enabled && !isHeld) void hold(what, of.args);
  };
  const release = () => {
    if (held.peek() === what) letGo(say.released);
  };
  return (
    <>
      <button
        type="button"
        class={isHeld ? "hold-button armed" : "hold-button"}
        data-hold={what}
        aria-disabled={!enabled}
        aria-pressed={isHeld}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          if (event.button === 0) press();
        }}
        onPointerUp={release}
        onPointerCancel={release}
        onLostPointerCapture={release}
        onBlur={release}
        onContextMenu={(event) => event.preventDefault()}
        onKeyDown={(event) => {
          if (event.key !== " " && event.key !== "Enter") return;
          event.preventDefault();
          if (!event.repeat) press();
        }}
        onKeyUp={release}
      >
        {isHeld ? say.holding : text}
      </button>
      <Missing of={reasons} />
    </>
  );
}

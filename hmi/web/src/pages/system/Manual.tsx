import { signal } from "@preact/signals";
import { duration, fixed } from "../../format";
import { command, underWay } from "../../live/commands";
import { live, part } from "../../live/store";
import { Field, numberOf } from "../../parts/Field";
import { Outcome } from "../../parts/Outcome";
import { Panel } from "../../parts/Panel";
import { strings } from "../../strings";
import { systemStrings } from "../../strings/system";
import type { CommandName } from "../../types";
import { JogPanel } from "./Jog";
import { Missing, missingFor } from "./Missing";

const hands = part((s) => s.hands);
const reason = signal("");
const purge = signal({ flow: "5", minutes: "5" });

const MODE_COMMANDS = ["manual", "auto", "maintenance", "maintenance.end"] as const;

/** Who drives the mill, and what is moved by hand: valves, flow, blade, a purge. */
export function Manual() {
  return (
    <div class="page page-manual">
      <ModePanel />
      <JogPanel />
      <PurgePanel />
    </div>
  );
}

function ModePanel() {
  const say = systemStrings.mode;
  const it = hands.value;
  const mode = it?.mode ?? "auto";
  return (
    <Panel title={say.title} area="mode">
      <p class="mode-now" data-mode={mode}>
        <b>{say[mode]}</b>
        <span>{say[`${mode}Text`]}</span>
        {it && mode !== "auto" && (
          <span class="dim">
            {say.by(it.user, duration(it.for_s))}
            {it.reason && `: ${it.reason}`}
          </span>
        )}
      </p>
      <div class="stack">
        {mode === "auto" && <Button name="manual" />}
        {mode === "manual" && <Button name="auto" />}
        {mode === "maintenance" ? <Button name="maintenance.end" /> : <LockOut />}
      </div>
      <Outcome of={MODE_COMMANDS} />
    </Panel>
  );
}

/** A command with what is missing for it beside it. */
function Button({ name, args }: { name: CommandName; args?: object }) {
  const missing = missingFor(name);
  const enabled = live.value && missing.length === 0;
  return (
    <div class="with-missing">
      <button
        type="button"
        class={underWay(name) ? "pending" : ""}
        data-command={name}
        aria-disabled={!enabled}
        onClick={() => enabled && void command(name, args)}
      >
        {strings.commands[name]}
      </button>
      <Missing of={missing} />
    </div>
  );
}

function LockOut() {
  const say = systemStrings.mode;
  const missing = missingFor("maintenance");
  const enabled = live.value && missing.length === 0 && reason.value.trim() !== "";
  return (
    <form
      class="with-missing"
      onSubmit={(event) => {
        event.preventDefault();
        if (enabled) void command("maintenance", { reason: reason.peek().trim() });
      }}
    >
      <Field
        label={say.reason}
        name="lockout_reason"
        value={reason.value}
        onInput={(typed) => {
          reason.value = typed;
        }}
      />
      <button type="submit" data-command="maintenance" aria-disabled={!enabled}>
        {say.lock}
      </button>
      <Missing of={missing} />
    </form>
  );
}

function PurgePanel() {
  const say = systemStrings.purge;
  const now = hands.value?.purge;
  const missing = missingFor("purge");
  const flow = numberOf(purge.value.flow);
  const minutes = numberOf(purge.value.minutes);
  const enabled = live.value && missing.length === 0 && flow > 0 && minutes > 0;
  return (
    <Panel title={say.title} area="purge">
      {now && (
        <p role="status">
          <b>
            {say.now(fixed(now.argon_flow_slpm, 1), duration(now.left_s), fixed(now.swept_l, 1))}
          </b>
        </p>
      )}
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (enabled) void command("purge", { argon_flow_slpm: flow, minutes });
        }}
      >
        <div class="pair">
          <Field
            kind="decimal"
            label={say.flow}
            name="purge_flow"
            unit="slpm"
            value={purge.value.flow}
            onInput={(text) => {
              purge.value = { ...purge.value, flow: text };
            }}
          />
          <Field
            kind="decimal"
            label={say.minutes}
            name="purge_minutes"
            unit="min"
            value={purge.value.minutes}
            onInput={(text) => {
              purge.value = { ...purge.value, minutes: text };
            }}
          />
        </div>
        <div class="buttons">
          <button type="submit" data-command="purge" aria-disabled={!enabled}>
            {say.start}
          </button>
          {now && <Button name="purge.end" />}
        </div>
        <Missing of={missing} />
      </form>
      <Outcome of={["purge", "purge.end"]} />
    </Panel>
  );
}

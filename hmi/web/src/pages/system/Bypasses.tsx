import { signal } from "@preact/signals";
import { duration } from "../../format";
import { command } from "../../live/commands";
import { live, part } from "../../live/store";
import { Field, numberOf } from "../../parts/Field";
import { Outcome } from "../../parts/Outcome";
import { Panel } from "../../parts/Panel";
import { strings } from "../../strings";
import { systemStrings } from "../../strings/system";
import type { Bypass } from "../../types";
import { Missing, missingFor } from "./Missing";

const say = systemStrings.bypasses;
const rows = part((s) => s.bypasses);

const chosen = signal("");
const minutes = signal("15");
const reason = signal("");

/** Which conditions may be bypassed for a while, and which are. */
export function Bypasses() {
  const all = rows.value ?? [];
  const one = all.find(({ row }) => row === chosen.value);
  return (
    <div class="page page-bypasses">
      <Panel title={say.title} area="bypass-list">
        <p class="dim">{say.lead}</p>
        <Outcome of={["bypass", "bypass.end"]} />
        {one && !one.in_force && <SetForm key={one.row} of={one} />}
        <div class="scroll" tabIndex={0}>
          <table class="table">
            <thead>
              <tr>
                <th scope="col">{say.row}</th>
                <th scope="col">{say.now}</th>
                <th scope="col">{say.who}</th>
                <th scope="col" class="number">
                  {say.most}
                </th>
                <th scope="col">
                  <span class="unseen">{say.set}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {all.map((it) => (
                <Row key={it.row} of={it} />
              ))}
            </tbody>
          </table>
        </div>
      </Panel>
    </div>
  );
}

function Row({ of }: { of: Bypass }) {
  const now = of.in_force;
  return (
    <tr data-bypass={of.row}>
      <th scope="row">
        {of.text} <small class="dim">{of.row}</small>
      </th>
      <td>
        {now ? (
          <>
            <span class="bad-word">{say.off(now.user, duration(now.left_s))}</span>{" "}
            <small>{now.reason}</small>
          </>
        ) : (
          say.acts
        )}
      </td>
      <td>{strings.roles[of.role] ?? of.role}</td>
      <td class="number">{of.max_min} min</td>
      <td>
        {now ? (
          <button
            type="button"
            class="small"
            onClick={() => void command("bypass.end", { row: of.row })}
          >
            {say.end}
            <span class="unseen">: {of.row}</span>
          </button>
        ) : of.barred_by ? (
          <small class="dim">{say.barred(of.barred_by)}</small>
        ) : (
          <button
            type="button"
            class="small"
            onClick={() => {
              chosen.value = of.row;
              reason.value = "";
            }}
          >
            {say.set}
            <span class="unseen">: {of.row}</span>
          </button>
        )}
      </td>
    </tr>
  );
}

function SetForm({ of }: { of: Bypass }) {
  const missing = missingFor("bypass");
  const time = numberOf(minutes.value);
  const said = reason.value.trim();
  const fits = time >= 1 && time <= of.max_min && said !== "";
  const enabled = live.value && missing.length === 0 && fits;
  const close = () => {
    chosen.value = "";
  };
  return (
    <form
      class="bypass-form"
      aria-label={`${say.set}: ${of.row}`}
      onSubmit={(event) => {
        event.preventDefault();
        if (!enabled) return;
        void command("bypass", { row: of.row, minutes: time, reason: said }).then(close);
      }}
      onKeyDown={(event) => {
        if (event.key === "Escape") close();
      }}
    >
      <h3>{of.text}</h3>
      <div class="bypass-fields">
        <Field
          kind="decimal"
          label={say.minutes}
          name="bypass_minutes"
          unit="min"
          value={minutes.value}
          onInput={(text) => {
            minutes.value = text;
          }}
        />
        <Field
          label={say.reason}
          name="bypass_reason"
          value={reason.value}
          onInput={(typed) => {
            reason.value = typed;
          }}
        />
      </div>
      <div class="buttons">
        <button type="submit" aria-disabled={!enabled}>
          {say.submit}
        </button>
        <button type="button" class="quiet" onClick={close}>
          {say.cancel}
        </button>
      </div>
      <Missing of={[...missing, ...(fits ? [] : [say.limits(of.max_min)])]} />
    </form>
  );
}

import { signal } from "@preact/signals";
import { duration, timeOfDay } from "../../../format";
import { inSight, momentText, setAside } from "../../../live/alarms";
import { command } from "../../../live/commands";
import { roleMissing } from "../../../live/permits";
import { snapshot } from "../../../live/store";
import { PriorityMark } from "../../../parts/marks";
import { strings } from "../../../strings";
import { alarmStrings as say } from "../../../strings/alarms";
import type { Alarm } from "../../../types";
import { AckButton } from "./AlarmPanel";
import { SetAsideForm } from "./SetAsideForm";

/** The alarm for which a form is open, and which form. */
const asking = signal<{ id: string; how: "shelve" | "out_of_service" } | null>(null);

function close(): void {
  asking.value = null;
}

/** Every alarm in sight with its response: cause, consequence, what to do. */
export function ActiveAlarms() {
  return (
    <List alarms={inSight.value} none={say.none}>
      {(alarm) => <Actions alarm={alarm} />}
    </List>
  );
}

/** The alarms that call nobody now: why, by whom, until when. */
export function AlarmsAside() {
  return (
    <List alarms={setAside.value} none={say.noneAside}>
      {(alarm) => <WayBack alarm={alarm} />}
    </List>
  );
}

interface ListProps {
  alarms: Alarm[];
  none: string;
  children: (alarm: Alarm) => preact.ComponentChildren;
}

function List({ alarms, none, children }: ListProps) {
  return (
    <div class="scroll" tabIndex={0}>
      {alarms.length === 0 && <p class="empty alarm-empty">{none}</p>}
      <ul class="alarm-list">
        {alarms.map((alarm) => (
          <li
            key={alarm.id}
            class={alarm.acked ? "alarm" : "alarm alarm-open"}
            data-alarm={alarm.id}
          >
            <PriorityMark priority={alarm.priority} />
            <What alarm={alarm} />
            <div class="alarm-actions">{children(alarm)}</div>
            {asking.value?.id === alarm.id && (
              <SetAsideForm alarm={alarm} how={asking.value.how} onDone={close} />
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}

function What({ alarm }: { alarm: Alarm }) {
  return (
    <div class="alarm-text">
      <p class="alarm-what">
        {alarm.first_out && (
          <span class="first-out" title={strings.alarms.firstOutLong}>
            {strings.alarms.firstOut}
          </span>
        )}
        <b>{alarm.text}</b>
        {alarm.unknown && <span class="bad-word">{strings.alarms.unknown}</span>}
        {alarm.chattering && <span class="bad-word">{say.chattering}</span>}
        <small>{alarm.id}</small>
      </p>
      <p class="dim alarm-meta">
        {strings.alarmStates[alarm.state] ?? alarm.state}, {momentText(alarm.since_s)}
        {alarm.suppression !== "none" && `. ${asideText(alarm)}`}
      </p>
      <dl class="response">
        <dt>{say.action}</dt>
        <dd>
          <b>{alarm.action}</b>
        </dd>
        <dt>{strings.alarms.cause}</dt>
        <dd>{alarm.cause}</dd>
        <dt>{strings.alarms.consequence}</dt>
        <dd>{alarm.consequence}</dd>
      </dl>
    </div>
  );
}

function asideText(alarm: Alarm): string {
  const parts = [say.kinds[alarm.suppression] ?? alarm.suppression];
  if (alarm.hidden_by) parts.push(say.by(alarm.hidden_by));
  if (alarm.reason) parts.push(alarm.reason);
  if (alarm.until_s !== null) parts.push(endText(alarm.until_s));
  return parts.join(", ");
}

function endText(untilS: number): string {
  const now = snapshot.peek();
  if (!now) return "";
  const left = Math.max(0, untilS - now.process_s);
  if (now.speed !== 1) return say.endsIn(duration(left));
  return say.until(timeOfDay(Date.parse(now.utc) + 1000 * left));
}

function Actions({ alarm }: { alarm: Alarm }) {
  const ask = (how: "shelve" | "out_of_service") => {
    asking.value = { id: alarm.id, how };
  };
  const noShelf = alarm.priority === 1 ? say.notPriority1 : roleMissing("shelve");
  const noService = roleMissing("out_of_service");
  return (
    <>
      {!alarm.acked && <AckButton alarm={alarm} />}
      <button
        type="button"
        class="small"
        disabled={noShelf !== ""}
        title={noShelf}
        onClick={() => ask("shelve")}
      >
        {say.shelve}
        <span class="unseen">: {alarm.text}</span>
      </button>
      {noService === "" && (
        <button type="button" class="small" onClick={() => ask("out_of_service")}>
          {say.outOfService}
          <span class="unseen">: {alarm.text}</span>
        </button>
      )}
      {alarm.priority === 1 && <small class="alarm-why">{say.notPriority1}</small>}
    </>
  );
}

function WayBack({ alarm }: { alarm: Alarm }) {
  if (alarm.suppression === "suppressed") return null;
  const name = alarm.suppression === "shelved" ? "unshelve" : "in_service";
  const missing = roleMissing(name);
  return (
    <>
      <button
        type="button"
        class="small"
        disabled={missing !== ""}
        onClick={() => void command(name, { alarm: alarm.id })}
      >
        {name === "unshelve" ? say.unshelve : say.inService}
        <span class="unseen">: {alarm.text}</span>
      </button>
      {missing && <small class="alarm-why">{missing}</small>}
    </>
  );
}

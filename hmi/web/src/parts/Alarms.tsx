import { momentText, inSight as sorted, unacknowledged } from "../live/alarms";
import { command, underWay } from "../live/commands";
import { strings } from "../strings";
import type { Alarm } from "../types";
import { PriorityMark } from "./marks";
import { Panel } from "./Panel";

/** All alarms, the first cause on top. */
export function Alarms() {
  return (
    <Panel
      title={strings.alarms.title}
      area="alarms"
      aside={
        unacknowledged.value.length > 1 && (
          <button type="button" class="small" onClick={() => void command("ack", { alarm: "*" })}>
            {strings.alarms.acknowledgeAll}
          </button>
        )
      }
    >
      <ul id="alarms" class="alarms">
        {sorted.value.map((alarm) => (
          <AlarmRow key={alarm.id} alarm={alarm} />
        ))}
      </ul>
      {sorted.value.length === 0 && <p class="empty">{strings.alarms.none}</p>}
    </Panel>
  );
}

function AlarmRow({ alarm }: { alarm: Alarm }) {
  const open = !alarm.acked;
  return (
    <li class={open ? "alarm alarm-open" : "alarm"} data-alarm={alarm.id}>
      <PriorityMark priority={alarm.priority} />
      <div class="alarm-text">
        <p class="alarm-what">
          {alarm.first_out && (
            <span class="first-out" title={strings.alarms.firstOutLong}>
              {strings.alarms.firstOut}
            </span>
          )}
          <b>{alarm.text}</b>
          {alarm.unknown && <span class="bad-word">{strings.alarms.unknown}</span>}
        </p>
        <p class="alarm-do">{alarm.action}</p>
        <details>
          <summary>
            {strings.alarmStates[alarm.state] ?? alarm.state}, {momentText(alarm.since_s)}
            <span class="more">{strings.alarms.details}</span>
          </summary>
          <p>
            <span class="dim">{strings.alarms.cause}</span> {alarm.cause}
          </p>
          <p>
            <span class="dim">{strings.alarms.consequence}</span> {alarm.consequence}
          </p>
        </details>
      </div>
      {open && (
        <button
          type="button"
          class="small"
          disabled={underWay("ack")}
          onClick={() => void command("ack", { alarm: alarm.id })}
        >
          {strings.alarms.acknowledge}
          <span class="unseen">: {alarm.text}</span>
        </button>
      )}
    </li>
  );
}

import { href } from "../../../frame/route";
import { inSight, momentText, setAside, unacknowledged } from "../../../live/alarms";
import { command, underWay } from "../../../live/commands";
import { PriorityMark } from "../../../parts/marks";
import { Panel } from "../../../parts/Panel";
import { strings } from "../../../strings";
import type { Alarm } from "../../../types";
import "./alarms.css";

/** The alarms in short, always in sight; the list below the mill has the rest. */
export function AlarmPanel() {
  const open = unacknowledged.value.length;
  return (
    <Panel
      title={strings.alarms.title}
      area="alarms"
      focusable
      aside={
        open > 1 ? (
          <button
            type="button"
            class="link-button"
            onClick={() => void command("ack", { alarm: "*" })}
          >
            {strings.alarms.acknowledgeAll}
          </button>
        ) : (
          setAside.value.length > 0 && strings.alarms.aside(setAside.value.length)
        )
      }
    >
      <ul class="alarm-short">
        {inSight.value.map((alarm) => (
          <ShortRow key={alarm.id} alarm={alarm} />
        ))}
      </ul>
      {inSight.value.length === 0 && <p class="empty">{strings.alarms.none}</p>}
    </Panel>
  );
}

function ShortRow({ alarm }: { alarm: Alarm }) {
  return (
    <li class={alarm.acked ? "alarm" : "alarm alarm-open"} data-alarm={alarm.id}>
      <PriorityMark priority={alarm.priority} />
      <a class="alarm-text" href={href("run", "alarms")}>
        <span class="alarm-what">
          {alarm.first_out && <span class="first-out">{strings.alarms.firstOut}</span>}
          <b>{alarm.text}</b>
        </span>
        <small>{momentText(alarm.since_s)}</small>
      </a>
      {!alarm.acked && <AckButton alarm={alarm} short />}
    </li>
  );
}

/** Acknowledges one alarm. */
export function AckButton({ alarm, short }: { alarm: Alarm; short?: boolean }) {
  return (
    <button
      type="button"
      class="small"
      disabled={underWay("ack")}
      onClick={() => void command("ack", { alarm: alarm.id })}
    >
      {short ? strings.alarms.ack : strings.alarms.acknowledge}
      <span class="unseen">: {alarm.text}</span>
    </button>
  );
}

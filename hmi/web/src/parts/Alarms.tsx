import { computed } from "@preact/signals";
import { duration, timeOfDay } from "../format";
import { command, underWay } from "../live/commands";
import { part, snapshot } from "../live/store";
import { strings } from "../strings";
import type { Alarm } from "../types";
import { PriorityMark } from "./marks";
import { Panel } from "./Panel";

const alarms = part((s) => s.alarms);
const sorted = computed(() => [...(alarms.value ?? [])].sort(byUrgency));
const unacknowledged = computed(() => sorted.value.filter(isUnacknowledged).length);

function isUnacknowledged(alarm: Alarm): boolean {
  return !alarm.acked;
}

function byUrgency(a: Alarm, b: Alarm): number {
  return (
    Number(b.first_out) - Number(a.first_out) ||
    Number(isUnacknowledged(b)) - Number(isUnacknowledged(a)) ||
    a.priority - b.priority ||
    b.since_s - a.since_s
  );
}

// Local time of day where process time runs like the clock, else how long ago in process time.
function sinceText(since: number): string {
  const now = snapshot.peek();
  if (!now) return "";
  const ago = Math.round(now.process_s - since);
  if (now.speed !== 1) return strings.alarms.ago(duration(ago));
  return strings.alarms.since(timeOfDay(Date.parse(now.utc) - 1000 * ago));
}

/** How many alarms there are, by the most urgent one's mark. */
export function AlarmCount() {
  const most = sorted.value[0];
  return (
    <a class="alarm-count" href="#alarms" aria-live="assertive">
      {most ? <PriorityMark priority={most.priority} /> : null}
      <span>{most ? strings.alarms.count(sorted.value.length) : strings.alarms.none}</span>
      {unacknowledged.value > 0 && <b>{strings.alarms.unacknowledged(unacknowledged.value)}</b>}
    </a>
  );
}

/** All alarms, the first cause on top. */
export function Alarms() {
  return (
    <Panel
      title={strings.alarms.title}
      area="alarms"
      aside={
        unacknowledged.value > 1 && (
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
  const open = isUnacknowledged(alarm);
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
            {strings.alarmStates[alarm.state] ?? alarm.state}, {sinceText(alarm.since_s)}
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

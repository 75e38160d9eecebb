import { inSight, setAside, unacknowledged } from "../live/alarms";
import { command, underWay } from "../live/commands";
import { live } from "../live/store";
import { PriorityMark } from "../parts/marks";
import { strings } from "../strings";
import { showsTheMill } from "./PageHost";
import { href } from "./route";

/** The most urgent alarm in one line, on every page: the first cause before all others. */
export function AlarmBanner() {
  if (!live.value && !showsTheMill()) return <OldNews />;
  const most = inSight.value[0];
  const open = unacknowledged.value.length;
  return (
    <section
      class={open ? "alarm-line alarm-line-open" : "alarm-line"}
      aria-label={strings.alarms.title}
    >
      <div class="alarm-line-what" role="status" aria-live="assertive">
        {most ? (
          <>
            <PriorityMark priority={most.priority} />
            {most.first_out && <span class="first-out">{strings.alarms.firstOut}</span>}
            <b>{most.text}</b>
            <span class="alarm-line-do">{most.action}</span>
          </>
        ) : (
          <span class="dim">{strings.alarms.none}</span>
        )}
      </div>
      {most && open > 0 && (
        <button
          type="button"
          class="alarm-line-ack"
          disabled={underWay("ack")}
          onClick={() => void command("ack", { alarm: most.acked ? "*" : most.id })}
        >
          {/* The first cause stays in this line: once it is seen, the rest can be acknowledged. */}
          <span class="wide-only">
            {most.acked ? strings.alarms.acknowledgeAll : strings.alarms.acknowledge}
          </span>
          <span class="narrow-only">{most.acked ? strings.alarms.ackAll : strings.alarms.ack}</span>
          {!most.acked && <span class="unseen">: {most.text}</span>}
        </button>
      )}
      <a class="alarm-line-all" href={href("run", "alarms")}>
        <span class="wide-only">{summary(inSight.value.length, open, setAside.value.length)}</span>
        <span class="narrow-only">{inSight.value.length || strings.alarms.list}</span>
      </a>
    </section>
  );
}

function summary(count: number, open: number, aside: number): string {
  const say = strings.alarms;
  const parts = [count ? say.count(count) : "", open ? say.unacknowledged(open) : ""];
  if (aside) parts.push(say.aside(aside));
  return parts.filter(Boolean).join(", ") || say.list;
}

// A page that does not show the mill stays usable, but must not pretend to know its alarms.
function OldNews() {
  return (
    <section class="alarm-line alarm-line-old" role="alert">
      <strong>{strings.live.title}</strong>
      <span>{strings.live.short}</span>
    </section>
  );
}

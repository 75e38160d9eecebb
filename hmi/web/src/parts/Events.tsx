import { timeOfDay } from "../format";
import { events, eventsProblem, useEvents } from "../live/events";
import { strings } from "../strings";
import type { MachineEvent } from "../types";

/** What happened lately, the newest first. */
export function Events() {
  useEvents();
  return (
    <div class="scroll" tabIndex={0}>
      {eventsProblem.value && <p class="problem">{eventsProblem}</p>}
      {events.value.length === 0 && !eventsProblem.value && (
        <p class="empty">{strings.events.none}</p>
      )}
      <EventRows events={events.value} />
    </div>
  );
}

/** Events as lines of time, kind and text. */
export function EventRows({ events: shown }: { events: MachineEvent[] }) {
  return (
    <ol class="events">
      {shown.map((event) => (
        <li key={event.seq}>
          <time dateTime={event.utc}>{timeOfDay(event.utc)}</time>
          <span class="event-kind">{strings.events.kinds[event.kind] ?? event.kind}</span>
          <span>{event.text}</span>
        </li>
      ))}
    </ol>
  );
}

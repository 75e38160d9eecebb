import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { call } from "../api";
import { timeOfDay } from "../format";
import { strings } from "../strings";
import type { MachineEvent } from "../types";

const KEPT = 300;
const READ_MS = 2000;

const events = signal<MachineEvent[]>([]);
const problem = signal("");

async function read(): Promise<void> {
  const after = events.peek()[0]?.seq ?? 0;
  try {
    const news = await call<MachineEvent[]>("GET", `events?after=${after}`);
    problem.value = "";
    if (news.length) events.value = [...news.reverse(), ...events.peek()].slice(0, KEPT);
  } catch {
    problem.value = strings.events.failed;
  }
}

/** What happened lately, the newest first. */
export function Events() {
  useEffect(() => {
    events.value = [];
    void read();
    const timer = setInterval(() => void read(), READ_MS);
    return () => clearInterval(timer);
  }, []);
  return (
    <div class="scroll" tabIndex={0}>
      {problem.value && <p class="problem">{problem}</p>}
      {events.value.length === 0 && !problem.value && <p class="empty">{strings.events.none}</p>}
      <ol class="events">
        {events.value.map((event) => (
          <li key={event.seq}>
            <time dateTime={event.utc}>{timeOfDay(event.utc)}</time>
            <span class="event-kind">{strings.events.kinds[event.kind] ?? event.kind}</span>
            <span>{event.text}</span>
          </li>
        ))}
      </ol>
    </div>
  );
}

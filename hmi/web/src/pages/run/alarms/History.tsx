import { computed, signal } from "@preact/signals";
import { events, eventsProblem, useEvents } from "../../../live/events";
import { EventRows } from "../../../parts/Events";
import { alarmStrings as say } from "../../../strings/alarms";

const wanted = signal("");
const ofAlarms = computed(() => events.value.filter((event) => event.kind.startsWith("alarm_")));
const found = computed(() => {
  const text = wanted.value.trim().toLowerCase();
  return ofAlarms.value.filter((event) =>
    `${event.text} ${String(event.data.id ?? "")}`.toLowerCase().includes(text),
  );
});

/** What alarms did and what people did about them, the newest first. */
export function History() {
  useEvents();
  return (
    <div class="scroll" tabIndex={0}>
      <div class="history-find">
        <span class="input">
          <input
            type="search"
            name="find"
            aria-label={say.search}
            placeholder={say.search}
            value={wanted.value}
            onInput={(event) => {
              wanted.value = event.currentTarget.value;
            }}
          />
        </span>
      </div>
      {eventsProblem.value && <p class="problem">{eventsProblem}</p>}
      {found.value.length === 0 && (
        <p class="empty alarm-empty">
          {ofAlarms.value.length === 0 ? say.noHistory : say.notFound}
        </p>
      )}
      <EventRows events={found.value} />
    </div>
  );
}

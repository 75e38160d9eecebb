// The alarms of the newest snapshot: those that call, by urgency, and those that are set aside.

import { computed } from "@preact/signals";
import { duration, timeOfDay } from "../format";
import { strings } from "../strings";
import type { Alarm } from "../types";
import { part, snapshot } from "./store";

const all = part((s) => s.alarms);

/** Alarms in sight: the first cause on top, then by priority what came first. */
export const inSight = computed(() =>
  (all.value ?? []).filter((alarm) => alarm.suppression === "none").sort(byUrgency),
);
/** Alarms that are shelved, suppressed by design or out of service. */
export const setAside = computed(() =>
  (all.value ?? []).filter((alarm) => alarm.suppression !== "none").sort(byUrgency),
);
export const unacknowledged = computed(() => inSight.value.filter((alarm) => !alarm.acked));

function byUrgency(a: Alarm, b: Alarm): number {
  return (
    Number(b.first_out) - Number(a.first_out) ||
    Number(a.acked) - Number(b.acked) ||
    a.priority - b.priority ||
    a.since_s - b.since_s
  );
}

/** When a moment of process time was: local time of day where process time runs like the clock. */
export function momentText(processS: number): string {
  const now = snapshot.peek();
  if (!now) return "";
  const ago = Math.round(now.process_s - processS);
  if (now.speed !== 1) return strings.alarms.ago(duration(ago));
  return strings.alarms.since(timeOfDay(Date.parse(now.utc) - 1000 * ago));
}

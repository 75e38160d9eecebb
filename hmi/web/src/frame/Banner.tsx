import { computed } from "@preact/signals";
import { duration, plain } from "../format";
import { part, person } from "../live/store";
import { strings } from "../strings";

const ENDS_SOON_MIN = 30;

const simulated = part((s) => s.simulated);
const speed = part((s) => s.speed);
const bypasses = part((s) => s.bypasses);
const behind = part((s) => s.scan.behind);
const hands = part((s) => s.hands);
const inForce = computed(() => (bypasses.value ?? []).filter((item) => item.in_force));
const minutesLeft = computed(() => Math.floor((person.value?.ends_in_s ?? 0) / 60));

/** What must never be overlooked: that the machine is not real, or not in time; a session's end. */
export function Banner() {
  const factor = speed.value ?? 1;
  return (
    <div class="banner">
      {simulated.value && (
        <div class="simulation" role="note">
          <strong>{strings.simulation.title}</strong>
          <span>{strings.simulation.text}</span>
          {factor !== 1 && <span>{strings.simulation.speed(plain(factor))}</span>}
        </div>
      )}
      {hands.value && hands.value.mode !== "auto" && (
        <div class="notice notice-mode" role="status">
          <strong>{strings.mode[hands.value.mode]}</strong>
          <span>{strings.mode.by(hands.value.user, hands.value.reason)}</span>
        </div>
      )}
      {inForce.value.map((item) => (
        <div key={item.row} class="notice notice-mode" role="status">
          <strong>{strings.mode.bypass}</strong>
          <span>
            {strings.mode.bypassed(
              item.text,
              item.in_force?.user ?? "",
              duration(item.in_force?.left_s),
            )}
          </span>
        </div>
      ))}
      {behind.value && (
        <div class="notice" role="status">
          {strings.behind}
        </div>
      )}
      {minutesLeft.value < ENDS_SOON_MIN && (
        <div class="notice" role="status">
          {strings.session.endsSoon(minutesLeft.value)}
        </div>
      )}
    </div>
  );
}

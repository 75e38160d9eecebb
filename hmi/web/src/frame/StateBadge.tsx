import { computed } from "@preact/signals";
import { live, part } from "../live/store";
import { strings } from "../strings";

const state = part((s) => s.state);
const turning = part((s) => s.outputs.run === true);

const ACTIVE = new Set(["STARTING", "RUNNING", "COMPLETING", "RESUMING", "RESTARTING"]);
const tone = computed(() => {
  if (!live.value) return "unknown";
  return turning.value || ACTIVE.has(state.value ?? "") ? "on" : "off";
});

/** The state of the machine in one word: bright when it is at work, dark when it is not. */
export function StateBadge() {
  const name = live.value ? (state.value ?? "") : "";
  return (
    <span class={`state state-${tone.value}`} data-state={name}>
      {live.value ? (strings.states[name] ?? name) : strings.live.title}
    </span>
  );
}

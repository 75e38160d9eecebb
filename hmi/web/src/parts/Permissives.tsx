import { computed } from "@preact/signals";
import { live, part } from "../live/store";
import { strings } from "../strings";
import { CheckMark } from "./marks";
import { Panel } from "./Panel";

const state = part((s) => s.state);
const permissives = part((s) => s.permissives);
const sorted = computed(() => {
  const all = permissives.value ?? [];
  return [...all.filter((row) => !row.ok), ...all.filter((row) => row.ok)];
});
const bad = computed(() => sorted.value.filter((row) => !row.ok).length);

/** Every condition of what can come next, with its value now and what it needs. */
export function Permissives() {
  const count = sorted.value.length;
  if (count === 0) return null;
  const summary = bad.value
    ? strings.permissives.some(bad.value, count)
    : strings.permissives.all(count);
  return (
    <Panel
      title={strings.permissives.titles[state.value ?? ""] ?? strings.permissives.title}
      area="permissives"
      focusable
      aside={summary}
    >
      <ul class="permissives">
        {sorted.value.map((row) => {
          const ok = row.ok && live.value;
          return (
            <li key={row.id} class={ok ? "permissive" : "permissive permissive-bad"}>
              <CheckMark ok={ok} />
              <span class="permissive-text">
                {row.text}
                <small>{strings.permissives.limit(row.limit)}</small>
              </span>
              <span class="permissive-value">
                <b>{live.value ? row.value : strings.live.title}</b>
                <small>{ok ? strings.permissives.ok : strings.permissives.notOk}</small>
              </span>
            </li>
          );
        })}
      </ul>
    </Panel>
  );
}

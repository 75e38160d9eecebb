import { signal } from "@preact/signals";
import type { ComponentType } from "preact";
import { strings } from "../strings";
import { Spans, Trend } from "../trend/Trend";
import { Events } from "./Events";

const VIEWS = { trend: Trend, events: Events } as const;
type View = keyof typeof VIEWS;
const NAMES = Object.keys(VIEWS) as View[];

const shown = signal<View>("trend");

function moved(event: KeyboardEvent): void {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  const at = NAMES.indexOf(shown.value);
  const next = NAMES[(at + step + NAMES.length) % NAMES.length] ?? "trend";
  shown.value = next;
  document.getElementById(`tab-${next}`)?.focus();
}

/** The middle of the page: the trend, or a list of all values, devices or events. */
export function Views() {
  const View: ComponentType = VIEWS[shown.value];
  return (
    <section class="panel panel-views">
      <div class="views-head">
        <div class="tabs" role="tablist" aria-label={strings.tabs.label} onKeyDown={moved}>
          {NAMES.map((name) => (
            <button
              key={name}
              id={`tab-${name}`}
              type="button"
              role="tab"
              aria-selected={shown.value === name}
              aria-controls="view"
              tabIndex={shown.value === name ? 0 : -1}
              onClick={() => {
                shown.value = name;
              }}
            >
              {strings.tabs[name]}
            </button>
          ))}
        </div>
        {shown.value === "trend" && <Spans />}
      </div>
      <div id="view" class="view" role="tabpanel" aria-labelledby={`tab-${shown.value}`}>
        <View />
      </div>
    </section>
  );
}

import type { ComponentType } from "preact";
import { goTo, href, route } from "../../frame/route";
import { strings } from "../../strings";
import { Spans, Trend } from "../../trend/Trend";
import { AlarmView, AlarmViews } from "./alarms/AlarmView";
import { Log } from "./Log";
import "./log.css";

const VIEWS = { trend: Trend, alarms: AlarmView, events: Log } as const;
type View = keyof typeof VIEWS;
const NAMES = Object.keys(VIEWS) as View[];

function shown(): View {
  return NAMES.find((name) => name === route.value.rest[0]) ?? "trend";
}

function moved(event: KeyboardEvent): void {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  const at = NAMES.indexOf(shown());
  const next = NAMES[(at + step + NAMES.length) % NAMES.length] ?? "trend";
  goTo("run", next);
  document.getElementById(`tab-${next}`)?.focus();
}

/** Below the mill: the trend, the alarms in full, or the events. */
export function Views() {
  const now = shown();
  const View: ComponentType = VIEWS[now];
  return (
    <section class="panel panel-views" aria-label={strings.tabs.label}>
      <div class="views-head">
        <div class="tabs" role="tablist" aria-label={strings.tabs.label} onKeyDown={moved}>
          {NAMES.map((name) => (
            <button
              key={name}
              id={`tab-${name}`}
              type="button"
              role="tab"
              aria-selected={now === name}
              aria-controls="view"
              tabIndex={now === name ? 0 : -1}
              onClick={() => goTo("run", name)}
            >
              {strings.tabs[name]}
            </button>
          ))}
        </div>
        <a class="tab-link" href={href("run", "far")} title={strings.far.why}>
          {strings.far.open}
        </a>
        {now === "trend" && <Spans />}
        {now === "alarms" && <AlarmViews />}
      </div>
      <div id="view" class={`view view-${now}`} role="tabpanel" aria-labelledby={`tab-${now}`}>
        <View />
      </div>
    </section>
  );
}

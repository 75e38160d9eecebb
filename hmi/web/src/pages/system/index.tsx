import type { ComponentType } from "preact";
import { goTo, route } from "../../frame/route";
import { part } from "../../live/store";
import { systemStrings as say } from "../../strings/system";
import { Audit } from "./Audit";
import { Bypasses } from "./Bypasses";
import { Controller } from "./Controller";
import { DevicesAndSignals } from "./DevicesAndSignals";
import { Manual } from "./Manual";
import { People } from "./People";
import { Training } from "./Training";
import "./system.css";

const VIEWS = {
  devices: DevicesAndSignals,
  manual: Manual,
  bypasses: Bypasses,
  machine: Controller,
  audit: Audit,
  training: Training,
  people: People,
} as const;
type View = keyof typeof VIEWS;
const NAMES = Object.keys(VIEWS) as View[];

const simulated = part((s) => s.simulated);

function shown(): View {
  return NAMES.find((name) => name === route.value.rest[0]) ?? "devices";
}

/** The machine behind the mill, what is done to it by hand, and who may. */
export default function System() {
  const now = shown();
  const View: ComponentType = VIEWS[now];
  const names = NAMES.filter((name) => name !== "training" || simulated.value || now === name);
  return (
    <div class="system">
      <div class="tabs system-tabs" role="tablist" aria-label={say.views} onKeyDown={moved}>
        {names.map((name) => (
          <button
            key={name}
            id={`system-${name}`}
            type="button"
            role="tab"
            aria-selected={now === name}
            aria-controls="system-view"
            tabIndex={now === name ? 0 : -1}
            onClick={() => goTo("system", name)}
          >
            {say.tabs[name]}
          </button>
        ))}
      </div>
      <div
        id="system-view"
        class="system-view"
        role="tabpanel"
        aria-labelledby={`system-${now}`}
        key={now}
      >
        <View />
      </div>
    </div>
  );
}

function moved(event: KeyboardEvent): void {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  const tabs = [...document.querySelectorAll<HTMLButtonElement>(".system-tabs [role=tab]")];
  const at = tabs.indexOf(document.activeElement as HTMLButtonElement);
  const next = tabs[(at + step + tabs.length) % tabs.length];
  next?.click();
  next?.focus();
}

import type { ComponentType } from "preact";
import { goTo, route } from "../../../frame/route";
import { inSight, setAside } from "../../../live/alarms";
import { alarmStrings as say } from "../../../strings/alarms";
import { ActiveAlarms, AlarmsAside } from "./AlarmList";
import { Figures } from "./Figures";
import { History } from "./History";
import { Trips } from "./Trips";

const VIEWS = {
  active: ActiveAlarms,
  aside: AlarmsAside,
  history: History,
  trips: Trips,
  figures: Figures,
} as const;
type View = keyof typeof VIEWS;
const NAMES = Object.keys(VIEWS) as View[];

function shown(): View {
  return NAMES.find((name) => name === route.value.rest[1]) ?? "active";
}

/** Everything about alarms that the banner and the short list have no room for. */
export function AlarmView() {
  const View: ComponentType = VIEWS[shown()];
  return <View />;
}

/** Which of the alarm views is shown. */
export function AlarmViews() {
  const counts: Partial<Record<View, number>> = {
    active: inSight.value.length,
    aside: setAside.value.length,
  };
  return (
    <fieldset class="segments" aria-label={say.views}>
      {NAMES.map((name) => (
        <button
          key={name}
          type="button"
          aria-pressed={shown() === name}
          onClick={() => goTo("run", "alarms", name)}
        >
          {say.view[name]}
          {counts[name] ? ` ${counts[name]}` : ""}
        </button>
      ))}
    </fieldset>
  );
}

import { computed } from "@preact/signals";
import { call } from "../api";
import { dateOf, timeOfDay, zoneName } from "../format";
import { live, part, person } from "../live/store";
import { signedOut } from "../live/stream";
import { strings } from "../strings";
import { AlarmCount } from "./Alarms";
import { StateBadge } from "./StateBadge";

const plant = part((s) => s.plant.title);
const second = part((s) => s.utc.slice(0, 19));
const batchId = part((s) => s.batch?.id ?? "");
const minutesLeft = computed(() => Math.floor((person.value?.ends_in_s ?? 0) / 60));

const zone = zoneName();
const ENDS_SOON_MIN = 30;

async function signOut(): Promise<void> {
  await call("DELETE", "session").catch(() => undefined);
  signedOut();
}

/** Which machine this is, whether it is live, what time it has, and who is here. */
export function TopBar() {
  return (
    <div class="topbar">
      <h1>
        <span class="topbar-product">{strings.product}</span>
        <span class="topbar-plant">{plant}</span>
      </h1>
      <StateBadge />
      <span class="topbar-batch">{batchId}</span>
      <AlarmCount />
      <span class="topbar-space" />
      <Clock />
      <div class="topbar-person">
        <span>
          {person.value?.name}
          <small>{strings.session.role}</small>
        </span>
        <button type="button" class="quiet" onClick={() => void signOut()}>
          {strings.session.signOut}
        </button>
      </div>
    </div>
  );
}

function Clock() {
  const instant = second.value ? `${second.value}Z` : "";
  return (
    <div class="clock" title={strings.time.controller}>
      <span class={live.value ? "lamp lamp-live" : "lamp lamp-dead"}>
        {live.value ? strings.live.live : strings.live.title}
      </span>
      <time dateTime={instant}>
        <b>{live.value ? timeOfDay(instant) : timeOfDay("")}</b>
        <small>
          {dateOf(instant)} {zone}
        </small>
      </time>
    </div>
  );
}

/** Tells, in good time, that this session will end. */
export function SessionNotice() {
  if (minutesLeft.value >= ENDS_SOON_MIN) return null;
  return (
    <div class="notice" role="status">
      {strings.session.endsSoon(minutesLeft.value)}
    </div>
  );
}

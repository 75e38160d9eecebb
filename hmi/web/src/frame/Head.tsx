import { call } from "../api";
import { dateOf, timeOfDay, zoneName } from "../format";
import { live, part, person } from "../live/store";
import { signedOut } from "../live/stream";
import { strings } from "../strings";
import { accountStrings } from "../strings/accounts";
import { href } from "./route";
import { StateBadge } from "./StateBadge";

const plant = part((s) => s.plant.title);
const second = part((s) => s.utc.slice(0, 19));
const recipe = part((s) => (s.batch ? s.batch.recipe.id : ""));
const phase = part((s) => s.batch?.phase ?? null);

const zone = zoneName();

async function signOut(): Promise<void> {
  await call("DELETE", "session").catch(() => undefined);
  signedOut();
}

/** What is at work here, whether it is live, what time it has, and who looks at it. */
export function Head() {
  return (
    <header class="head">
      <StateBadge />
      <h1 class="head-what">
        <BatchLine />
        <small>{plant}</small>
      </h1>
      <Clock />
      <div class="head-person">
        <span>
          <a href={href("system", "people")} title={accountStrings.people.link}>
            <b>{person.value?.name}</b>
            <small>{inShort(person.value?.roles ?? [])}</small>
          </a>
        </span>
        <button type="button" class="quiet sign-out" onClick={() => void signOut()}>
          <svg class="rail-icon" viewBox="0 0 24 24" aria-hidden="true">
            <path d="M10 4H5v16h5M10 12h10M16 8l4 4-4 4" />
          </svg>
          <span>{strings.session.signOut}</span>
        </button>
      </div>
    </header>
  );
}

function inShort(roles: string[]): string {
  const [first = "", ...others] = roles;
  const word = strings.roles[first] ?? first;
  return others.length ? accountStrings.people.andMore(word, others.length) : word;
}

function BatchLine() {
  const now = phase.value;
  if (!recipe.value) return <span class="head-batch">{strings.batch.none}</span>;
  return (
    <span class="head-batch">
      <b>{recipe.value}</b>
      {now && live.value && <span>{strings.batch.phase(now.index + 1, now.count)}</span>}
      {now && live.value && <span>{now.label}</span>}
    </span>
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

import { duration } from "../format";
import { down, live, part, silentS, snapshot } from "../live/store";
import { strings } from "../strings";

const state = part((s) => s.state);

/** Lies over the whole page, all but the safe commands, while nothing on it can be believed. */
export function NotLive() {
  if (live.value) return null;
  const known = snapshot.value !== null;
  return (
    <div class={known ? "notlive" : "notlive notlive-first"} role="alert">
      <div class="notlive-card">
        <strong>{known ? strings.live.title : strings.live.waiting}</strong>
        {known && <span>{strings.live.age(duration(silentS.value))}</span>}
        {known && <span>{strings.live.last(strings.states[state.value ?? ""] ?? "")}</span>}
        {down.value && <p>{down.value}</p>}
        <p>{whatItMeans(known)}</p>
      </div>
    </div>
  );
}

function whatItMeans(known: boolean): string {
  if (down.value) return strings.live.textDown;
  return known ? strings.live.text : strings.live.waitingText;
}

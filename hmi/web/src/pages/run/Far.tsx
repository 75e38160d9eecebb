import { duration } from "../../format";
import { href } from "../../frame/route";
import { StateBadge } from "../../frame/StateBadge";
import { live, part } from "../../live/store";
import { Values } from "../../parts/Values";
import { strings } from "../../strings";
import { AlarmPanel } from "./alarms/AlarmPanel";
import "./far.css";

const phase = part((s) => s.batch?.phase ?? null);
const left = part((s) => s.batch?.time_left_s ?? null);

/** The Run page to be read from across the room: state, phase, what is waited for, values, alarms. */
export function Far() {
  const say = strings.batch;
  const now = live.value ? phase.value : null;
  return (
    <div class="far">
      <header class="panel far-head">
        <StateBadge />
        <p>
          <b>{now?.label ?? say.none}</b>
          <span>{now && (now.waiting_for || say.nothing)}</span>
        </p>
        <p class="far-left">
          <span>{say.toEnd}</span>
          <b>{live.value && left.value !== null ? say.atLeast(duration(left.value)) : "\u2013"}</b>
        </p>
        <a class="button" href={href("run")}>
          {strings.far.back}
        </a>
      </header>
      <Values />
      <AlarmPanel />
    </div>
  );
}

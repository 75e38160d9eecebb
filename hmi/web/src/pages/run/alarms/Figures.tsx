import { part } from "../../../live/store";
import { alarmStrings } from "../../../strings/alarms";
import type { AlarmFigures } from "../../../types";

const say = alarmStrings.figures;
const figures = part((s) => s.alarm_figures);

interface Row {
  text: string;
  now: string;
  target: string;
  above: boolean;
}

function rowsOf(of: AlarmFigures): Row[] {
  const limited = (text: string, count: number, most: number): Row => ({
    text,
    now: String(count),
    target: say.most(most),
    above: count > most,
  });
  const wanted = (text: string, count: number): Row => ({
    text,
    now: String(count),
    target: say.none,
    above: count > 0,
  });
  const told = (text: string, count: number, target = ""): Row => ({
    text,
    now: String(count),
    target,
    above: false,
  });
  return [
    limited(say.per_10_min, of.per_10_min, 2),
    limited(say.per_hour, of.per_hour, 12),
    { text: say.flood, now: of.flood ? say.yes : say.no, target: say.no, above: of.flood },
    told(say.standing, of.standing),
    limited(say.stale, of.stale, 4),
    wanted(say.unacknowledged, of.unacknowledged),
    wanted(say.chattering, of.chattering.length),
    told(say.shelved, of.shelved, say.withReason),
    told(say.suppressed, of.suppressed),
    told(say.out_of_service, of.out_of_service, say.withReason),
  ];
}

/** How well the alarms serve the operator, against the usual targets. */
export function Figures() {
  const of = figures.value;
  if (!of) return null;
  return (
    <div class="scroll figures-alarms" tabIndex={0}>
      <table class="table">
        <thead>
          <tr>
            <th scope="col">{say.figure}</th>
            <th scope="col" class="number">
              {say.now}
            </th>
            <th scope="col">{say.target}</th>
          </tr>
        </thead>
        <tbody>
          {rowsOf(of).map((row) => (
            <tr key={row.text}>
              <th scope="row">{row.text}</th>
              <td class="number">
                <b>{row.now}</b>
              </td>
              <td>
                {row.above ? <span class="bad-word">{say.above}</span> : null} {row.target}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <table class="table">
        <thead>
          <tr>
            <th scope="col" colSpan={2}>
              {say.top}
            </th>
          </tr>
        </thead>
        <tbody>
          {of.top.length === 0 && (
            <tr>
              <td>{say.topNone}</td>
            </tr>
          )}
          {of.top.map((item) => (
            <tr key={item.id}>
              <th scope="row">{item.id}</th>
              <td class="number">{say.times(item.count)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

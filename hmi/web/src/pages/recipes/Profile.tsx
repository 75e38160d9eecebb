import { duration, fixed } from "../../format";
import { recipeStrings } from "../../strings/recipes";
import { check, upToDate } from "./draft";
import type { Preview } from "./shapes";
import { roundTicks, scale, useWidth } from "./width";

const say = recipeStrings.profile;
const HEIGHT = 150;
const LEFT = 46;
const RIGHT = 8;
const TOP = 18;
const FOOT = 22;

/** The blade's speed over time with the phases as bands, and time and argon of each. */
export function Profile() {
  const preview = upToDate.value ? check.value?.preview : null;
  if (!preview) return <p class="empty">{recipeStrings.write.waits}</p>;
  const atMost = preview.spans.some((span) => span.at_most);
  return (
    <>
      <dl class="figures">
        <div>
          <dt>{say.duration}</dt>
          <dd>
            {atMost && <small>{say.atMost} </small>}
            <b>{duration(preview.duration_s)}</b>
          </dd>
        </div>
        <div>
          <dt>{say.argon}</dt>
          <dd>
            {atMost && <small>{say.atMost} </small>}
            <b>{fixed(preview.argon_l, 0)}</b> L
          </dd>
        </div>
      </dl>
      <Chart preview={preview} />
      <Phases preview={preview} />
      {atMost && <p class="band dim">{say.note}</p>}
    </>
  );
}

function Chart({ preview }: { preview: Preview }) {
  const [ref, width] = useWidth(240);
  const top = 1.1 * Math.max(1, ...preview.rotor.map(([, rpm]) => rpm));
  const x = scale([0, preview.duration_s], [LEFT, width - RIGHT]);
  const y = scale([0, top], [HEIGHT - FOOT, TOP]);
  const line = preview.rotor.map(([t, rpm]) => `${x(t)},${y(rpm)}`).join(" ");
  return (
    <div ref={ref} class="chart">
      <svg width={width} height={HEIGHT} role="img" aria-label={say.title}>
        {preview.spans.map((span, i) => (
          <g key={span.begin_s}>
            <rect
              class={i % 2 ? "chart-band chart-band-odd" : "chart-band"}
              x={x(span.begin_s)}
              y={TOP}
              width={Math.max(0, x(span.end_s) - x(span.begin_s))}
              height={HEIGHT - FOOT - TOP}
            />
            {x(span.end_s) - x(span.begin_s) > 9 && (
              <text x={(x(span.begin_s) + x(span.end_s)) / 2} y={TOP - 5} text-anchor="middle">
                {i + 1}
              </text>
            )}
          </g>
        ))}
        {roundTicks(top, 3).map((rpm) => (
          <g key={rpm}>
            <line class="chart-grid" x1={LEFT} x2={width - RIGHT} y1={y(rpm)} y2={y(rpm)} />
            <text x={LEFT - 5} y={y(rpm) + 4} text-anchor="end">
              {fixed(rpm, 0)}
            </text>
          </g>
        ))}
        {timeTicks(preview.duration_s).map((t) => (
          <text key={t} x={x(t)} y={HEIGHT - 6} text-anchor={t ? "middle" : "start"}>
            {duration(t)}
          </text>
        ))}
        <polyline class="chart-line chart-rotor" points={line} />
        <text x={4} y={TOP - 5}>
          {say.axis}
        </text>
      </svg>
    </div>
  );
}

function timeTicks(until: number): number[] {
  const step = [60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400].find((s) => until / s <= 4.5);
  const ticks: number[] = [];
  for (let t = 0; t <= until; t += step ?? 28_800) ticks.push(t);
  return ticks;
}

function Phases({ preview }: { preview: Preview }) {
  return (
    <div class="chart-table">
      <table class="table">
        <thead>
          <tr>
            <th scope="col">{say.phase}</th>
            <th scope="col" class="number">
              {say.begin}
            </th>
            <th scope="col" class="number">
              {say.lasts}
            </th>
            <th scope="col" class="number">
              {say.argonColumn}
            </th>
          </tr>
        </thead>
        <tbody>
          {preview.spans.map((span, i) => (
            <tr key={span.begin_s}>
              <th scope="row">
                {i + 1} {span.label}
              </th>
              <td class="number">{duration(span.begin_s)}</td>
              <td class="number">
                {span.at_most ? "≤ " : ""}
                {duration(span.end_s - span.begin_s)}
              </td>
              <td class="number">{fixed(span.argon_l, 1)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

import { fixed, plain } from "../../format";
import { recipeStrings } from "../../strings/recipes";
import type { CurvePoint, Shell } from "./shapes";
import { roundTicks, scale, useWidth } from "./width";

const say = recipeStrings.shell;
const HEIGHT = 220;
const LEFT = 46;
const RIGHT = 10;
const TOP = 18;
const FOOT = 22;
const WT_MAX = 15;

/** Thickness over content, with the published contents and, apart from it, what was published. */
export function Curve({ found, at }: { found: Shell; at: number }) {
  const [ref, width] = useWidth(240);
  const points = found.curve.filter(({ wt_percent }) => wt_percent <= Math.max(WT_MAX, at * 1.2));
  const last = points.at(-1);
  if (!last) return null;
  const { published } = found;
  const x = scale([0, last.wt_percent], [LEFT, width - RIGHT]);
  const y = scale([0, 1.05 * highest(points)], [HEIGHT - FOOT, TOP]);
  const line = (nm: (point: CurvePoint) => number) =>
    points.map((point) => `${x(point.wt_percent)},${y(nm(point))}`).join(" ");
  return (
    <div ref={ref} class="chart">
      <h3>{say.curve}</h3>
      <svg
        width={width}
        height={HEIGHT}
        role="img"
        aria-label={say.curveLabel(plain(at), fixed(found.apparent_nm, 0))}
      >
        {roundTicks(highest(points), 4).map((nm) => (
          <g key={nm}>
            <line class="chart-grid" x1={LEFT} x2={width - RIGHT} y1={y(nm)} y2={y(nm)} />
            <text x={LEFT - 5} y={y(nm) + 4} text-anchor="end">
              {fixed(nm, 0)}
            </text>
          </g>
        ))}
        {found.paper_wt_percent.map((wt) => (
          <g key={wt}>
            <line class="chart-wt" x1={x(wt)} x2={x(wt)} y1={TOP} y2={HEIGHT - FOOT} />
            <text x={x(wt)} y={HEIGHT - 6} text-anchor="middle">
              {plain(wt)}
            </text>
          </g>
        ))}
        <text x={width - RIGHT} y={HEIGHT - 6} text-anchor="end">
          {say.wt}
        </text>
        <text x={4} y={TOP - 5}>
          {say.nm}
        </text>
        <polygon class="chart-area" points={area(points, x, y)} />
        <polyline class="chart-line" points={line((p) => p.apparent_nm)} />
        <polyline class="chart-line chart-dense" points={line((p) => p.dense_nm)} />
        <Published nm={published.calculated_nm} wt={published.wt_percent} x={x} y={y} up />
        <Published nm={published.measured_nm} wt={published.wt_percent} x={x} y={y} />
        <circle class="chart-here" cx={x(at)} cy={y(found.apparent_nm)} r={5} />
      </svg>
      <Key />
      <Table found={found} />
      <p class="band dim">
        {say.published(published.source, plain(published.wt_percent), plain(published.d50_um))}
      </p>
    </div>
  );
}

function highest(points: CurvePoint[]): number {
  return Math.max(...points.map((p) => p.band_nm?.by_exponent.d90_nm ?? p.apparent_nm), 1);
}

type Scale = (value: number) => number;

function area(points: CurvePoint[], x: Scale, y: Scale): string {
  const banded = points.flatMap(({ wt_percent, band_nm }) =>
    band_nm ? [{ wt: wt_percent, ...band_nm.by_exponent }] : [],
  );
  const upper = banded.map(({ wt, d90_nm }) => `${x(wt)},${y(d90_nm)}`);
  const lower = banded.map(({ wt, d10_nm }) => `${x(wt)},${y(d10_nm)}`).reverse();
  return [...upper, ...lower].join(" ");
}

interface PublishedProps {
  nm: number;
  wt: number;
  x: Scale;
  y: Scale;
  up?: boolean;
}

/** A published figure: a hollow diamond with its own words, apart from what is computed. */
function Published({ nm, wt, x, y, up }: PublishedProps) {
  const [left, top] = [x(wt), y(nm)];
  const label = up ? say.calculated(fixed(nm, 0)) : say.measured(fixed(nm, 0));
  return (
    <g class="chart-published">
      <path d={`M${left} ${top - 6} ${left + 6} ${top} ${left} ${top + 6} ${left - 6} ${top}z`} />
      {up ? (
        <line x1={left - 4} y1={top - 4} x2={left - 24} y2={top - 60} />
      ) : (
        <line x1={left + 4} y1={top + 4} x2={left + 14} y2={top + 22} />
      )}
      <text x={up ? LEFT + 6 : left + 12} y={top + (up ? -64 : 34)}>
        {label}
      </text>
    </g>
  );
}

/** The contents of the publication, computed for these powders. */
function Table({ found }: { found: Shell }) {
  const rows = found.curve.filter(({ wt_percent }) => found.paper_wt_percent.includes(wt_percent));
  return (
    <table class="table">
      <thead>
        <tr>
          {[say.wt, say.dense, say.apparent].map((name) => (
            <th key={name} scope="col" class="number">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(({ wt_percent, dense_nm, apparent_nm }) => (
          <tr key={wt_percent}>
            <th scope="row" class="number">
              {plain(wt_percent)}
            </th>
            <td class="number">{fixed(dense_nm, 0)} nm</td>
            <td class="number">{fixed(apparent_nm, 0)} nm</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Key() {
  return (
    <ul class="chart-key">
      <li>
        <svg viewBox="0 0 24 8" aria-hidden="true">
          <line class="chart-line" x1="0" y1="4" x2="24" y2="4" />
        </svg>
        {say.key.apparent}
      </li>
      <li>
        <svg viewBox="0 0 24 8" aria-hidden="true">
          <line class="chart-line chart-dense" x1="0" y1="4" x2="24" y2="4" />
        </svg>
        {say.key.dense}
      </li>
      <li>
        <svg viewBox="0 0 24 8" aria-hidden="true">
          <rect class="chart-area" width="24" height="8" />
        </svg>
        {say.key.band}
      </li>
      <li>
        <svg viewBox="0 0 24 8" aria-hidden="true">
          <circle class="chart-here" cx="12" cy="4" r="3.5" />
        </svg>
        {say.here}
      </li>
    </ul>
  );
}

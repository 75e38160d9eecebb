import { significant } from "../../format";
import { strings } from "../../strings";
import { recipeStrings } from "../../strings/recipes";
import type { Margin, Run } from "./shapes";

const say = recipeStrings.runs;

/** The highest value of each run beside the limit at which the controller acts. */
export function Margins({ a, b }: { a: Run; b: Run | undefined }) {
  return (
    <div class="chart-table">
      <table class="table margins">
        <caption>
          {say.margins} <b class="bad-word">{say.simulated}</b>
        </caption>
        <thead>
          <tr>
            <th scope="col">{say.quantity}</th>
            <th scope="col" class="number">
              {say.limit}
            </th>
            <Columns mark={b ? say.first : ""} />
            {b && <Columns mark={say.second} />}
          </tr>
        </thead>
        <tbody>
          {a.margins.map((margin) => (
            <tr key={margin.label}>
              <th scope="row">{margin.label}</th>
              <td class="number">
                {significant(margin.limit)} {strings.units[margin.unit] ?? margin.unit}
              </td>
              <Cells margin={margin} />
              {b && <Cells margin={b.margins.find(({ label }) => label === margin.label)} />}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Columns({ mark }: { mark: string }) {
  return (
    <>
      <th scope="col" class="number">
        {say.value_} {mark}
      </th>
      <th scope="col">
        {say.used} {mark}
      </th>
    </>
  );
}

function Cells({ margin }: { margin: Margin | undefined }) {
  if (!margin) return <td colSpan={2} />;
  const share = margin.value / margin.limit;
  const beyond = share > 1;
  return (
    <>
      <td class="number">{significant(margin.value)}</td>
      <td class={beyond ? "row-bad" : ""}>
        <span class="margin-bar">
          <meter min={0} max={1} value={Math.min(share, 1)} aria-label={margin.label} />
          <span>{significant(100 * share, 2)} %</span>
          {beyond && <b class="bad-word">{say.beyond}</b>}
        </span>
      </td>
    </>
  );
}

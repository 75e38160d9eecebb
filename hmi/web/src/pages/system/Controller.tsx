import { fixed } from "../../format";
import { part } from "../../live/store";
import { Facts, Section } from "../../parts/Facts";
import { Panel } from "../../parts/Panel";
import { systemStrings } from "../../strings/system";
import { Figures } from "../run/alarms/Figures";
import { type Inside, inside, insideProblem, useInside } from "./inside";

const say = systemStrings.machine;
const scan = part((s) => s.scan);

/** How the controller itself is: its scan, its disk, its versions, and how well its alarms serve. */
export function Controller() {
  useInside();
  const it = inside.value;
  return (
    <div class="page page-pair page-controller">
      <Panel title={systemStrings.tabs.machine} area="scan" focusable>
        {insideProblem.value && <p class="problem">{insideProblem}</p>}
        <div class="parts">
          <Timing />
          {it ? (
            <>
              <Times of={it.scan_s} />
              <Storage of={it.storage} />
              <Versions of={it.versions} />
            </>
          ) : (
            <p class="empty">{systemStrings.reading}</p>
          )}
        </div>
      </Panel>
      <Panel title={say.alarms} area="alarm-figures">
        <Figures />
      </Panel>
    </div>
  );
}

function Timing() {
  const it = scan.value;
  if (!it) return null;
  const ms = (value: number | undefined) => `${fixed(value, 1)} ms`;
  return (
    <Section title={say.timing}>
      <Facts
        facts={[
          [say.period, ms(1000 * it.period_s)],
          [say.scans, fixed(it.count, 0)],
          [say.slips, it.behind ? <b class="bad-word">{say.behind}</b> : fixed(it.slips, 0)],
          [say.late, `${ms(it.late_p50_ms)}, ${ms(it.late_max_ms)}`],
        ]}
      />
    </Section>
  );
}

/** How many scans took how long: what is counted up to each bound, taken apart. */
function Times({ of: { bounds, at_most } }: { of: Inside["scan_s"] }) {
  const all = Math.max(1, at_most.at(-1) ?? 0);
  const text = (bound: number) => String(Number((1000 * bound).toPrecision(3)));
  return (
    <Section title={say.times}>
      <table class="table histogram">
        <thead>
          <tr>
            <th scope="col">
              <span class="unseen">{say.times}</span>
            </th>
            <th scope="col">{say.share}</th>
            <th scope="col" class="number">
              {say.count}
            </th>
          </tr>
        </thead>
        <tbody>
          {at_most.map((count, i) => {
            const here = count - (at_most[i - 1] ?? 0);
            const bound = bounds[i];
            const label =
              bound === undefined ? say.above(text(bounds.at(-1) ?? 0)) : say.upTo(text(bound));
            return (
              <tr key={label}>
                <th scope="row">{label}</th>
                <td>
                  <span
                    class="histogram-bar"
                    style={{ width: `calc(${here / all} * (100% - 7ch))` }}
                  />
                  <small>{fixed((100 * here) / all, 1)} %</small>
                </td>
                <td class="number">{fixed(here, 0)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </Section>
  );
}

function bytes(count: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  const power = Math.min(4, Math.floor(Math.log10(Math.max(count, 1)) / 3));
  return `${fixed(count / 1000 ** power, power === 0 ? 0 : 1)} ${units[power]}`;
}

function Storage({ of }: { of: Inside["storage"] }) {
  return (
    <Section title={say.storage}>
      <Facts
        facts={[
          [say.record, bytes(of.record_bytes)],
          [say.trends(of.trends), bytes(of.trend_bytes)],
          [say.free, bytes(of.free_bytes), say.of(bytes(of.total_bytes))],
        ]}
      />
    </Section>
  );
}

function Versions({ of }: { of: Inside["versions"] }) {
  return (
    <Section title={say.versions}>
      <Facts facts={Object.entries(of).map(([name, text]) => [say.version[name] ?? name, text])} />
    </Section>
  );
}

import { useEffect, useMemo } from "preact/hooks";
import { duration, fixed, significant } from "../../format";
import { href } from "../../frame/route";
import { Panel } from "../../parts/Panel";
import { strings } from "../../strings";
import { batchStrings as say } from "../../strings/batches";
import { PANES } from "../../trend/panes";
import type { Pane } from "../../trend/plot";
import { Plot } from "./Plot";
import { firstTurnS, marksOf, pointsOf } from "./points";
import { type Opened, open, opened, readPart } from "./store";
import type { BatchRecord, RecordedTrend } from "./types";

const SHOWN = ["rotor_rpm", "torque_nm", "powder_probe_c", "o2_ppm", "h2s_ppm"];
/** One dash for each run; the first is solid. */
const DASHES = [[], [8, 4], [2, 3], [12, 3, 2, 3]];

/** Two or more batches over one another, from the first turn of the blade. */
export function Compare({ ids }: { ids: string[] }) {
  useEffect(() => {
    for (const id of ids) if (!opened.peek()[id]) void open(id);
  }, [ids.join()]);
  const shown = ids.slice(0, DASHES.length);
  const read = shown.map((id) => opened.value[id]);
  const problems = read.filter((it): it is string => typeof it === "string");
  const ready = read.filter((it): it is Opened => typeof it === "object");
  return (
    <div class="page page-compare">
      <header class="batch-head">
        <a class="button" href={href("batches")}>
          ← {say.back}
        </a>
        <h2>{say.compareTitle}</h2>
        <p class="dim">{say.compareLead}</p>
        {problems.map((text) => (
          <p key={text} class="problem">
            {text}
          </p>
        ))}
      </header>
      {ready.length === shown.length && <Over all={ready} />}
    </div>
  );
}

function Over({ all }: { all: Opened[] }) {
  const names = all.map(({ record }) => record.id);
  const drawn = all.filter((it): it is Opened & { trend: RecordedTrend } => it.trend !== null);
  const key = names.join();
  const { points, part } = useMemo(() => {
    const trends = drawn.map(({ trend }) => trend);
    const zeros = trends.map(firstTurnS);
    const first = drawn[0];
    const marks = first ? marksOf(first.record, strings.states) : [];
    const moved = marks.map(({ t, label }) => ({ t: t - (zeros[0] ?? 0), label }));
    const part = async (from: number, to: number) => {
      const read = drawn.map(({ record }, i) => {
        const zero = zeros[i] ?? 0;
        return readPart(record.id, from + zero, to + zero);
      });
      return pointsOf(await Promise.all(read), zeros, moved);
    };
    return { points: pointsOf(trends, zeros, moved), part };
  }, [key]);
  const panes = useMemo(() => panesOf(drawn.length), [key]);
  return (
    <>
      <Panel title={say.compareZero} area="batch-trend" aside={<Names names={names} />}>
        <Plot
          points={points}
          part={part}
          panes={panes}
          label={say.overlayLabel}
          names={drawn.map(({ record }) => record.id)}
        />
      </Panel>
      <Panel title={say.figures} area="figures">
        <Figures records={all.map(({ record }) => record)} />
      </Panel>
    </>
  );
}

function panesOf(runs: number): Pane[] {
  return PANES.flatMap((pane) =>
    pane.lines
      .filter(({ pen }) => SHOWN.includes(pen))
      .map(({ pen }) => ({
        ...pane,
        id: pen,
        weight: 1,
        lines: DASHES.slice(0, runs).map((dash, run) => ({ pen, dash, run })),
      })),
  );
}

function Names({ names }: { names: string[] }) {
  return (
    <ul class="run-names">
      {names.map((name, i) => (
        <li key={name}>
          <svg class="swatch" viewBox="0 0 24 4" aria-hidden="true">
            <line x1="0" y1="2" x2="24" y2="2" stroke-dasharray={DASHES[i]?.join(" ")} />
          </svg>
          {name}
        </li>
      ))}
    </ul>
  );
}

type Figure = [label: string, unit: string, of: (record: BatchRecord) => number | null | undefined];

const FIGURES: Figure[] = [
  [say.facts.content, "wt%", (it) => Number(it.charge?.actual_wt_percent ?? Number.NaN)],
  [say.facts.apparent, "nm", (it) => it.predicted?.apparent_nm],
  [say.facts.revolutions, "", (it) => it.milling.revolutions],
  [say.facts.onTime, "s", (it) => it.milling.on_time_s],
  [say.facts.energyNet, "kWh/kg", (it) => it.milling.energy_net_kwh_per_kg],
  [say.facts.argon, "L", (it) => it.milling.argon_l],
  [`O2 ${say.gas.dose}`, say.gas.doseUnit, (it) => it.trend?.o2_ppm?.ppm_min],
  [`H2O ${say.gas.dose}`, say.gas.doseUnit, (it) => it.trend?.h2o_ppm?.ppm_min],
  [`H2S ${say.gas.turning}`, "ppm", (it) => it.trend?.h2s_ppm?.max_while_turning],
  [say.facts.powderMax, "°C", (it) => it.trend?.powder_probe_c?.max],
  [say.facts.leakRate, "mbar L/s", (it) => it.leak_test?.leak_rate_mbar_l_s],
  [say.facts.yield, "%", (it) => it.yield?.yield_percent],
];

function Figures({ records }: { records: BatchRecord[] }) {
  const [first] = records;
  return (
    <div class="scroll" tabIndex={0}>
      <table class="table">
        <thead>
          <tr>
            <th scope="col">{say.figure}</th>
            {records.map((record, i) => (
              <th key={record.id} scope="col" class="number">
                {record.id}
                {i === 0 && <small> {say.first}</small>}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          <tr>
            <th scope="row">{say.outcome}</th>
            {records.map((record) => (
              <td key={record.id} class="number">
                {say.outcomes[record.outcome] ?? record.outcome}
              </td>
            ))}
          </tr>
          <tr>
            <th scope="row">{say.facts.process}</th>
            {records.map((record) => (
              <td key={record.id} class="number">
                {duration(record.times.process_s)}
              </td>
            ))}
          </tr>
          {FIGURES.map(([label, unit, of]) => (
            <tr key={label}>
              <th scope="row">
                {label} <small class="dim">{unit}</small>
              </th>
              {records.map((record) => (
                <td key={record.id} class="number">
                  {significant(of(record))}{" "}
                  <small class="dim">
                    {record === first ? "" : apart(of(record), first && of(first))}
                  </small>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function apart(value: number | null | undefined, first: number | null | undefined): string {
  if (value == null || !first || !Number.isFinite(value)) return "";
  const percent = (100 * (value - first)) / Math.abs(first);
  return `${percent >= 0 ? "+" : ""}${fixed(percent, 1)} %`;
}

import { useCallback, useEffect, useMemo } from "preact/hooks";
import { href } from "../../frame/route";
import { Panel } from "../../parts/Panel";
import { strings } from "../../strings";
import { batchStrings as say } from "../../strings/batches";
import { PANES } from "../../trend/panes";
import { Comments, Disposition, Measured, Yield } from "./Findings";
import { OutcomeMark } from "./List";
import { Paper } from "./Paper";
import { Plot } from "./Plot";
import { marksOf, pointsOf } from "./points";
import { ChargeSection, Gases, Identity, Milling, Powders, Shell, Tightness } from "./Sections";
import { Signatures } from "./Signatures";
import { type Opened, open, opened, readPart } from "./store";
import { Timeline } from "./Timeline";

const PANES_SHOWN = PANES.filter(({ id }) => id !== "torque");
const RUNS_MS = 5000;

/** One batch: its record, its trend, what happened in it, and what is still to be said about it. */
export function Batch({ id }: { id: string }) {
  const it = opened.value[id];
  const runs = typeof it === "object" && it.record.outcome === "OPEN";
  useEffect(() => void open(id), [id]);
  useEffect(() => {
    if (!runs) return;
    const timer = setInterval(() => void open(id), RUNS_MS);
    return () => clearInterval(timer);
  }, [id, runs]);
  return (
    <div class="page page-batch">
      <Head id={id} it={it} />
      {typeof it === "object" && <Whole it={it} />}
    </div>
  );
}

function Head({ id, it }: { id: string; it: Opened | string | undefined }) {
  const path = `batches/${encodeURIComponent(id)}`;
  const record = typeof it === "object" ? it.record : null;
  return (
    <header class="batch-head">
      <a class="button" href={href("batches")}>
        ← {say.back}
      </a>
      <h2>{id}</h2>
      {record && (
        <>
          <OutcomeMark outcome={record.outcome} />
          {record.simulated && <b class="batch-simulated">{say.simulated}</b>}
          <span class="dim">{record.operator}</span>
          <nav class="buttons" aria-label={say.report}>
            <Paper path={`${path}/report.html`} file={`${id}.html`} label={say.report} />
            <Paper path={`${path}/report.pdf`} file={`${id}.pdf`} label={say.pdf} />
            <Paper path={`${path}/export.zip`} file={`${id}.zip`} label={say.export} />
          </nav>
        </>
      )}
      {it === undefined && <p class="empty">{say.reading}</p>}
      {typeof it === "string" && <p class="problem">{it}</p>}
    </header>
  );
}

function Whole({ it: { record, trend } }: { it: Opened }) {
  const points = useMemo(
    () => trend && pointsOf([trend], [0], marksOf(record, strings.states)),
    [record, trend],
  );
  const part = useCallback(
    async (from: number, to: number) =>
      pointsOf([await readPart(record.id, from, to)], [0], marksOf(record, strings.states)),
    [record],
  );
  return (
    <>
      <Panel title={say.record} area="record" focusable>
        <div class="parts">
          <Identity of={record} />
          <Signatures of={record} />
          <Disposition of={record} />
          <ChargeSection of={record} />
          <Shell of={record} />
          <Measured of={record} />
          <Yield of={record} />
          <Gases of={record} />
          <Milling of={record} />
          <Tightness of={record} />
          <Powders of={record} />
        </div>
      </Panel>
      <div class="batch-right">
        <Panel title={say.sections.trend} area="batch-trend">
          {points && points.t.length > 1 ? (
            <Plot points={points} part={part} panes={PANES_SHOWN} label={say.plotLabel} />
          ) : (
            <p class="empty">{say.facts.noTrend}</p>
          )}
        </Panel>
        <Panel title={say.sections.log} area="timeline">
          <Comments of={record} />
          <Timeline of={record} />
        </Panel>
      </div>
    </>
  );
}

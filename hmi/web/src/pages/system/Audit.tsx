import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { call, Refusal, reasonsOf } from "../../api";
import { dateOf, timeOfDay } from "../../format";
import { Field } from "../../parts/Field";
import { Panel } from "../../parts/Panel";
import { strings } from "../../strings";
import { systemStrings } from "../../strings/system";
import type { MachineEvent } from "../../types";

const say = systemStrings.audit;
const READ_MS = 3000;
const KEPT = 2000;

const entries = signal<MachineEvent[]>([]);
const problem = signal("");
const words = signal("");

async function read(): Promise<void> {
  const after = entries.peek()[0]?.seq ?? 0;
  try {
    const news = await call<MachineEvent[]>("GET", `audit?after=${after}`);
    problem.value = "";
    if (news.length) entries.value = [...news.reverse(), ...entries.peek()].slice(0, KEPT);
  } catch (error) {
    const forbidden = error instanceof Refusal && error.status === 403;
    problem.value = forbidden
      ? say.only(`${strings.roles.supervisor}, ${strings.roles.admin}`)
      : reasonsOf(error).join(" ");
  }
}

/** Who asked for what, and what came of it. */
export function Audit() {
  useEffect(() => {
    entries.value = [];
    void read();
    const timer = setInterval(() => void read(), READ_MS);
    return () => clearInterval(timer);
  }, []);
  const wanted = words.value.toLowerCase().split(/\s+/);
  const found = entries.value.filter(({ text, kind }) => {
    const line = `${text} ${strings.events.kinds[kind] ?? kind}`.toLowerCase();
    return wanted.every((word) => line.includes(word));
  });
  return (
    <div class="page page-audit">
      <Panel title={say.title} area="audit" aside={say.count(found.length, entries.value.length)}>
        <p class="dim">{say.lead}</p>
        {problem.value && <p class="problem">{problem}</p>}
        <Field
          label={say.find}
          unseen
          class="audit-find"
          kind="search"
          longest={60}
          value={words.value}
          onInput={(typed) => {
            words.value = typed;
          }}
        />
        <Lines of={found} />
      </Panel>
    </div>
  );
}

function Lines({ of }: { of: MachineEvent[] }) {
  return (
    <div class="scroll" tabIndex={0}>
      <table class="table audit-table">
        <thead>
          <tr>
            <th scope="col" class="number">
              {say.row}
            </th>
            <th scope="col">{say.when}</th>
            <th scope="col" colSpan={2}>
              {say.what}
            </th>
          </tr>
        </thead>
        <tbody>
          {of.map((entry) => (
            <tr key={entry.seq}>
              <td class="number dim">{entry.seq}</td>
              <td>
                <time dateTime={entry.utc}>
                  {dateOf(entry.utc)} {timeOfDay(entry.utc)}
                </time>
              </td>
              <td>
                <b>{strings.events.kinds[entry.kind] ?? entry.kind}</b>
              </td>
              <td class="audit-text">{entry.text}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

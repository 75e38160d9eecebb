import { signal } from "@preact/signals";
import { EventRows } from "../../parts/Events";
import { batchStrings } from "../../strings/batches";
import type { BatchRecord, Entry } from "./types";

const say = batchStrings;
type Kind = keyof typeof say.kinds;
const KINDS = Object.keys(say.kinds) as Kind[];

const off = signal<Kind[]>([]);

function entriesOf(of: BatchRecord): Record<Kind, Entry[]> {
  return {
    commands: of.commands,
    states: of.transitions,
    phases: of.phases,
    alarms: [...of.alarms, ...of.bypasses],
    notes: [...of.comments, ...of.handovers, ...of.measured, ...of.recovery],
  };
}

/** Everything that happened in a batch, in its order, by kinds that can be left out. */
export function Timeline({ of }: { of: BatchRecord }) {
  const all = entriesOf(of);
  const shown = KINDS.filter((kind) => !off.value.includes(kind))
    .flatMap((kind) => all[kind])
    .sort((a, b) => a.seq - b.seq);
  return (
    <>
      <fieldset class="segments timeline-kinds" aria-label={say.logKinds}>
        {KINDS.map((kind) => (
          <button
            key={kind}
            type="button"
            aria-pressed={!off.value.includes(kind)}
            onClick={() => {
              const others = off.value.filter((other) => other !== kind);
              off.value = others.length < off.value.length ? others : [...others, kind];
            }}
          >
            {say.kinds[kind]} {all[kind].length}
          </button>
        ))}
      </fieldset>
      <div class="scroll timeline" tabIndex={0}>
        <EventRows events={shown} />
      </div>
    </>
  );
}

import { signal, useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { fixed, significant } from "../../format";
import { command, latest, underWay } from "../../live/commands";
import { roleMissing } from "../../live/permits";
import { live } from "../../live/store";
import { Facts, Section } from "../../parts/Facts";
import { Choice, Field, numberOf } from "../../parts/Field";
import { Outcome } from "../../parts/Outcome";
import { strings } from "../../strings";
import { batchStrings as say } from "../../strings/batches";
import type { CommandName } from "../../types";
import { when } from "./Sections";
import { open } from "./store";
import type { BatchRecord } from "./types";

interface Props {
  of: BatchRecord;
}

// The record has it a moment after the machine has said so.
const WRITTEN_MS = 400;

/** Which form is open, and what was typed, by the name of the field. */
const shown = signal<CommandName | "">("");
const typed = signal<Record<string, string>>({});

/** What was measured on the powder. */
export function Measured({ of }: Props) {
  return (
    <Section title={say.sections.measured}>
      {of.measured.length === 0 && <p class="empty">{say.facts.none}</p>}
      <Facts
        facts={of.measured.map(({ data, utc }) => [
          say.methods[String(data.method)] ?? String(data.method),
          `${significant(Number(data.thickness_nm))} nm`,
          [
            data.sigma_nm == null ? "" : `± ${significant(Number(data.sigma_nm))} nm`,
            `n = ${data.n}`,
            say.byWhom(String(data.user), when(utc)),
          ].join(", "),
        ])}
      />
      <Finding name="measure" title={say.enterMeasured} id={of.id} args={measurement}>
        <Entry name="thickness_nm" label={say.thickness} unit="nm" decimal />
        <Word name="method" label={say.method} words={say.methods} />
        <Entry name="n" label={say.places} decimal />
        <Entry name="sigma_nm" label={say.sigma} unit="nm" decimal />
      </Finding>
    </Section>
  );
}

/** What came out of the jar. */
export function Yield({ of }: Props) {
  const it = of.yield;
  return (
    <Section title={say.sections.yield}>
      {it ? (
        <Facts
          facts={[
            [say.facts.charged, `${significant(it.charged_g, 5)} g`],
            [
              say.facts.recovered,
              `${significant(it.recovered_g, 5)} g`,
              say.byWhom(it.user, when(it.utc)),
            ],
            [say.facts.yield, `${fixed(it.yield_percent, 1)} %`],
          ]}
        />
      ) : (
        <p class="empty">{say.facts.none}</p>
      )}
      <Finding name="yield" title={say.enterYield} id={of.id} args={recovered}>
        <Entry name="recovered_g" label={say.facts.recovered} unit="g" decimal />
      </Finding>
    </Section>
  );
}

/** What becomes of the batch. */
export function Disposition({ of }: Props) {
  const it = of.disposition;
  return (
    <Section title={say.sections.disposition}>
      {it ? (
        <p>
          <b>{say.dispositions[it.disposition] ?? it.disposition}</b> {it.reason}{" "}
          <small class="dim">{it.user}</small>
        </p>
      ) : (
        <p class="empty">{say.facts.none}</p>
      )}
      <Finding name="dispose" title={say.decide} id={of.id} args={disposition}>
        <Word name="disposition" label={say.decision} words={say.dispositions} />
        <Entry name="reason" label={say.reason} />
      </Finding>
    </Section>
  );
}

/** A sentence for the record of this batch. */
export function Comments({ of }: Props) {
  return (
    <Finding name="comment" title={say.comment} id={of.id} args={comment}>
      <Entry name="text" label={say.text} />
    </Finding>
  );
}

type Args = Record<string, string | number>;
/** The arguments of the command, or why there are none yet. */
type Read = (from: Record<string, string>) => Args | string;

const measurement: Read = ({ thickness_nm, method = "fib_sem", n, sigma_nm }) => {
  const thickness = numberOf(thickness_nm ?? "");
  const sigma = numberOf(sigma_nm ?? "");
  const places = numberOf(n ?? "");
  if (!(thickness > 0) || (sigma_nm?.trim() && !(sigma > 0))) return say.number;
  if (!Number.isInteger(places) || places < 1) return say.whole;
  return { thickness_nm: thickness, method, n: places, ...(sigma > 0 && { sigma_nm: sigma }) };
};

const recovered: Read = ({ recovered_g }) => {
  const mass = numberOf(recovered_g ?? "");
  return mass >= 0 ? { recovered_g: mass } : say.number;
};

const disposition: Read = ({ disposition: fate = "released", reason = "" }) =>
  reason.trim() ? { disposition: fate, reason: reason.trim() } : say.sentence;

const comment: Read = ({ text = "" }) => (text.trim() ? { text: text.trim() } : say.sentence);

interface FindingProps {
  name: "measure" | "yield" | "dispose" | "comment";
  title: string;
  id: string;
  args: Read;
  children: ComponentChildren;
}

/** A form that is opened by a button and gives one command about one batch. */
function Finding({ name, title, id, args, children }: FindingProps) {
  const isOpen = shown.value === name;
  const problem = useSignal("");
  const missing = roleMissing(name);
  const submit = async () => {
    const read = args(typed.peek());
    problem.value = typeof read === "string" ? read : "";
    if (typeof read === "string") return;
    await command(name, { batch: id, ...read });
    if (latest.peek()?.progress === "refused" || latest.peek()?.progress === "failed") return;
    shown.value = "";
    setTimeout(() => void open(id), WRITTEN_MS);
  };
  return (
    <div class="finding">
      {!isOpen && (
        <button
          type="button"
          class="small"
          data-finding={name}
          aria-disabled={missing !== "" || !live.value}
          title={missing || undefined}
          onClick={() => {
            if (missing || !live.peek()) return;
            typed.value = {};
            shown.value = name;
          }}
        >
          {title}
        </button>
      )}
      {missing && <small class="why">{missing}</small>}
      {isOpen && (
        <form
          class="stack"
          aria-label={title}
          onSubmit={(event) => {
            event.preventDefault();
            void submit();
          }}
          onKeyDown={(event) => {
            if (event.key === "Escape") shown.value = "";
          }}
        >
          {children}
          <p class="dim">{say.stays}</p>
          <p class={problem.value ? "problem" : "problem unseen"} role="alert">
            {problem}
          </p>
          <div class="buttons">
            <button type="submit" class={underWay(name) ? "pending" : ""}>
              {say.write}
            </button>
            <button
              type="button"
              class="quiet"
              onClick={() => {
                shown.value = "";
              }}
            >
              {strings.command.close}
            </button>
          </div>
        </form>
      )}
      <Outcome of={[name]} />
    </div>
  );
}

function put(name: string, value: string): void {
  typed.value = { ...typed.peek(), [name]: value };
}

interface EntryProps {
  name: string;
  label: string;
  unit?: string;
  decimal?: boolean;
}

function Entry({ name, label, unit, decimal }: EntryProps) {
  return (
    <Field
      label={label}
      name={name}
      kind={decimal ? "decimal" : "text"}
      longest={200}
      unit={unit}
      value={typed.value[name] ?? ""}
      onInput={(text) => put(name, text)}
    />
  );
}

interface WordProps {
  name: string;
  label: string;
  words: Record<string, string>;
}

function Word({ name, label, words }: WordProps) {
  return (
    <Choice
      label={label}
      name={name}
      value={typed.value[name] ?? Object.keys(words)[0] ?? ""}
      onChange={(word) => put(name, word)}
    >
      {Object.entries(words).map(([value, text]) => (
        <option key={value} value={value}>
          {text}
        </option>
      ))}
    </Choice>
  );
}

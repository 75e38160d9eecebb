import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { recipeStrings } from "../../strings/recipes";
import { change, tables, text } from "./draft";
import { Field } from "./Field";
import { phaseSchema, phaseTypes, readSchema, schema, schemaProblem, tableSchema } from "./schema";
import type { RecipeSchema, TableSchema } from "./shapes";
import { withCopy, withoutPhase, withPhase, withPhaseUp, written } from "./toml";

const say = recipeStrings.form;
const ALTERNATIVES = "end_";

/** The recipe as a form. Every change goes into the text, and the text is what counts. */
export function Form() {
  useEffect(() => void readSchema(), []);
  const from = schema.value;
  if (schemaProblem.value) return <p class="problem">{schemaProblem}</p>;
  if (!from) return <p class="empty">{say.loading}</p>;
  const phases = tables.value.filter(({ name }) => name.startsWith("phases["));
  return (
    <div class="recipe-form">
      {Object.entries(say.tables).map(([table, title]) => (
        <details key={table} open>
          <summary>{title}</summary>
          <Fields table={table} of={tableSchema(from, table)} />
        </details>
      ))}
      <h3>{say.phases}</h3>
      {phases.map((_, index) => (
        <OnePhase key={index} from={from} index={index} />
      ))}
      <Add from={from} />
    </div>
  );
}

function Fields({ table, of }: { table: string; of: TableSchema | null }) {
  const written = tables.value.find(({ name }) => name === table)?.entries ?? [];
  const shown = Object.entries(of?.properties ?? {}).filter(
    ([key]) =>
      key !== "type" && (!key.startsWith(ALTERNATIVES) || written.some((e) => e.key === key)),
  );
  return (
    <div class="recipe-fields">
      {shown.map(([key, schema]) => (
        <Field key={key} table={table} name={key} of={schema} />
      ))}
    </div>
  );
}

function OnePhase({ from, index }: { from: RecipeSchema; index: number }) {
  const table = `phases[${index}]`;
  const entries = tables.value.find(({ name }) => name === table)?.entries ?? [];
  const type = entries.find(({ key }) => key === "type")?.value;
  const title = say.phase[String(type)] ?? String(type ?? "");
  return (
    <details open class="recipe-phase">
      <summary>
        {index + 1}. {title}
      </summary>
      <Fields table={table} of={phaseSchema(from, type)} />
      <div class="recipe-phase-foot">
        <Do what={say.copy} phase={title} onDo={() => change(withCopy(text.peek(), index))} />
        {index > 0 && (
          <Do what={say.up} phase={title} onDo={() => change(withPhaseUp(text.peek(), index))} />
        )}
        <Do what={say.remove} phase={title} onDo={() => change(withoutPhase(text.peek(), index))} />
      </div>
    </details>
  );
}

function Do({ what, phase, onDo }: { what: string; phase: string; onDo: () => void }) {
  return (
    <button type="button" class="small" aria-label={say.ofPhase(what, phase)} onClick={onDo}>
      {what}
    </button>
  );
}

// A new phase has every key it needs, and 0 where a number is to be given: what that makes wrong
// is told like any other fault, until the author has filled it in.
function linesOf(from: RecipeSchema, type: string): string[] {
  const required = phaseSchema(from, type)?.required ?? [];
  const numbers = required.filter((key) => key !== "type").map((key) => `${key} = ${written(0)}`);
  const dose = type.startsWith("mill_") ? [`end_on_time_s = ${written(0)}`] : [];
  return [`type = ${written(type)}`, ...numbers, ...dose];
}

function Add({ from }: { from: RecipeSchema }) {
  const types = phaseTypes(from);
  const type = useSignal("mill_pulse");
  return (
    <div class="recipe-add">
      <span class="input">
        <select
          aria-label={say.addType}
          value={type.value}
          onChange={({ currentTarget }) => {
            type.value = currentTarget.value;
          }}
        >
          {types.map((word) => (
            <option key={word} value={word}>
              {say.phase[word]}
            </option>
          ))}
        </select>
      </span>
      <button
        type="button"
        onClick={() => change(withPhase(text.peek(), linesOf(from, type.value)))}
      >
        {say.add}
      </button>
    </div>
  );
}

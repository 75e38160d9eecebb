import { useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import { plain } from "../../format";
import { recipeStrings } from "../../strings/recipes";
import { change, check, text, upToDate, valueAt } from "./draft";
import { lookAt } from "./look";
import { numberIn } from "./number";
import { choicesOf, schema } from "./schema";
import type { KeySchema } from "./shapes";
import { withValue, written } from "./toml";

const say = recipeStrings.form;

interface Props {
  table: string;
  name: string;
  of: KeySchema;
}

/** One key of the recipe: shows what stands in the text, and writes it there. */
export function Field({ table, name, of }: Props) {
  const id = useId();
  const from = schema.value;
  const choices = from ? choicesOf(from, of) : null;
  const path = `${table}.${name}`;
  const fault = upToDate.value ? check.value?.faults.find(({ key }) => key === path) : undefined;
  const props = { id, table, name, of, "aria-invalid": fault !== undefined };
  return (
    <div class={isText(of) && !choices ? "field field-text" : "field"}>
      <label for={id}>
        {say.keys[name] ?? name} <span class="field-range">{rangeOf(of)}</span>
      </label>
      <span class={fault ? "input input-bad" : "input"}>
        {choices ? <Choice {...props} choices={choices} /> : <Typed {...props} />}
        {unitOf(name) && <span class="unit">{unitOf(name)}</span>}
      </span>
      {fault && <small class="field-fault">{fault.message}</small>}
    </div>
  );
}

function isText(of: KeySchema): boolean {
  return of.type !== "number" && of.type !== "integer";
}

function rangeOf({ minimum, maximum }: KeySchema): string {
  if (minimum === undefined || maximum === undefined) return "";
  return say.range(shortest(minimum), shortest(maximum));
}

function shortest(value: number): string {
  return Math.abs(value) < 1e-3 && value !== 0 ? String(value) : plain(value);
}

function unitOf(name: string): string {
  const ends = Object.keys(say.units).filter((end) => name.endsWith(end));
  const longest = ends.reduce((best, end) => (end.length > best.length ? end : best), "");
  return say.units[longest] ?? "";
}

function write(table: string, name: string, to: string, kind: "typing" | "step"): void {
  change(withValue(text.peek(), table, name, to), kind);
}

interface Same extends Props {
  id: string;
  "aria-invalid": boolean;
}

function Choice({ id, table, name, choices, ...rest }: Same & { choices: string[] }) {
  const now = valueAt(table, name);
  return (
    <select
      id={id}
      name={`${table}.${name}`}
      aria-invalid={rest["aria-invalid"]}
      onFocus={() => lookAt(table, name)}
      onChange={({ currentTarget }) => {
        write(table, name, written(currentTarget.value), "step");
      }}
    >
      {!choices.some((word) => word === now) && <option value="">{String(now ?? "")}</option>}
      {choices.map((word) => (
        <option key={word} value={word} selected={word === now}>
          {word}
        </option>
      ))}
    </select>
  );
}

/** A text or a number. What is not a number yet stays in the field and out of the text. */
function Typed({ id, table, name, of, ...rest }: Same) {
  const typing = useSignal<string | null>(null);
  const now = valueAt(table, name);
  const number = !isText(of);
  const wrong = number && typing.value !== null && numberIn(typing.value) === null;
  const typed = (value: string) => {
    typing.value = value;
    const to = number ? numberIn(value) : value;
    if (to !== null) write(table, name, written(to, of.type === "integer"), "typing");
  };
  const same = {
    id,
    name: `${table}.${name}`,
    "aria-invalid": rest["aria-invalid"] || wrong,
    title: wrong ? say.notANumber : "",
    onFocus: () => lookAt(table, name),
    onBlur: () => {
      typing.value = null;
    },
  };
  const shown = typing.value ?? String(now ?? "");
  if (name === "note") {
    return (
      <textarea
        {...same}
        rows={3}
        value={shown}
        onInput={({ currentTarget }) => typed(currentTarget.value)}
      />
    );
  }
  return (
    <input
      {...same}
      inputMode={number ? "decimal" : "text"}
      autocomplete="off"
      spellcheck={false}
      value={shown}
      onInput={({ currentTarget }) => typed(currentTarget.value)}
    />
  );
}

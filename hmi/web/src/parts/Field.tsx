import type { ComponentChildren, Ref } from "preact";
import { useId } from "preact/hooks";

type Kind = "text" | "decimal" | "numeric" | "search";

interface FieldProps {
  label: string;
  value: string;
  onInput: (text: string) => void;
  name?: string | undefined;
  unit?: string | undefined;
  hint?: string | undefined;
  kind?: Kind;
  longest?: number;
  placeholder?: string | undefined;
  /** The label is there for those who hear the page; the placeholder says it to the others. */
  unseen?: boolean;
  class?: string;
  input?: Ref<HTMLInputElement>;
}

/** One labelled line of text, a number with its unit, or a search. */
export function Field(props: FieldProps) {
  const { label, value, onInput, unit, hint, kind = "text", unseen } = props;
  const id = useId();
  const same = {
    ref: props.input ?? null,
    id,
    name: props.name,
    autocomplete: "off",
    maxLength: props.longest ?? (kind === "decimal" ? 12 : 200),
    placeholder: props.placeholder ?? (unseen ? label : undefined),
    value,
    onInput: (event: { currentTarget: HTMLInputElement }) => onInput(event.currentTarget.value),
  };
  return (
    <div class={props.class ? `field ${props.class}` : "field"}>
      <label class={unseen ? "unseen" : ""} for={id}>
        {label} {hint && <small>{hint}</small>}
      </label>
      <span class="input">
        {kind === "search" ? (
          <input {...same} type="search" />
        ) : (
          <input {...same} type="text" inputMode={kind} />
        )}
        {unit && <span class="unit">{unit}</span>}
      </span>
    </div>
  );
}

interface ChoiceProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  name?: string | undefined;
  hint?: string | number;
  /** The options. */
  children: ComponentChildren;
}

/** One labelled choice out of a closed set. */
export function Choice({ label, value, onChange, name, hint, children }: ChoiceProps) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>
        {label} {hint !== undefined && <small>{hint}</small>}
      </label>
      <span class="input">
        <select
          id={id}
          name={name}
          value={value}
          onChange={(event) => onChange(event.currentTarget.value)}
        >
          {children}
        </select>
      </span>
    </div>
  );
}

/** The number that was typed, NaN for anything else and for nothing. */
export function numberOf(text: string): number {
  return text.trim() === "" ? Number.NaN : Number(text.replace(",", "."));
}

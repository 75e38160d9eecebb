import { useId } from "preact/hooks";

interface Props {
  label: string;
  name: string;
  unit: string;
  value: string;
  hint?: string;
  onInput: (text: string) => void;
}

/** A labelled number with its unit; a comma is taken for a point. */
export function NumberField({ label, name, unit, value, hint, onInput }: Props) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>
        {label} {hint && <small>{hint}</small>}
      </label>
      <span class="input">
        <input
          id={id}
          name={name}
          inputMode="decimal"
          autocomplete="off"
          maxLength={12}
          value={value}
          onInput={(event) => onInput(event.currentTarget.value)}
        />
        <span class="unit">{unit}</span>
      </span>
    </div>
  );
}

/** The number that was typed, NaN for anything else and for nothing. */
export function numberOf(text: string): number {
  return text.trim() === "" ? Number.NaN : Number(text.replace(",", "."));
}

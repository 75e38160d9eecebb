import { useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import { accountStrings as say } from "../strings/accounts";

interface Props {
  name: string;
  label: string;
  hint?: string;
  kind?: "text" | "sentence" | "password" | "code" | "totp";
  autocomplete?: string;
}

const LONGEST = { text: 40, sentence: 200, password: 512, code: 16, totp: 16 };

/** One labelled field of a form. A password can be shown while it is typed. */
export function TextField({ name, label, hint, kind = "text", autocomplete }: Props) {
  const id = useId();
  const shown = useSignal(false);
  const typed = useSignal("");
  const same = {
    id,
    name,
    autocomplete: autocomplete ?? (kind === "totp" ? "one-time-code" : "off"),
    autocapitalize: kind === "code" ? ("characters" as const) : ("off" as const),
    inputMode: kind === "totp" ? ("numeric" as const) : ("text" as const),
    spellcheck: false,
    maxLength: LONGEST[kind],
    value: typed.value,
    onInput: (event: { currentTarget: HTMLInputElement }) => {
      typed.value = event.currentTarget.value;
    },
  };
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <span class="input">
        {kind === "password" && !shown.value ? (
          <input {...same} type="password" />
        ) : (
          <input {...same} type="text" class={kind === "code" || kind === "totp" ? "code" : ""} />
        )}
        {kind === "password" && (
          <button
            type="button"
            class="quiet small"
            aria-pressed={shown.value}
            aria-label={say.showPassword}
            onClick={() => {
              shown.value = !shown.value;
            }}
          >
            {shown.value ? say.hide : say.show}
          </button>
        )}
      </span>
      {hint && <small class="dim">{hint}</small>}
    </div>
  );
}

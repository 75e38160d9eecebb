import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { command } from "../../../live/commands";
import { Field } from "../../../parts/Field";
import { alarmStrings as say } from "../../../strings/alarms";
import type { Alarm } from "../../../types";

interface Props {
  alarm: Alarm;
  how: "shelve" | "out_of_service";
  onDone: () => void;
}

/** Asks for how long and why, and then sets the alarm aside. */
export function SetAsideForm({ alarm, how, onDone }: Props) {
  const minutes = useSignal("15");
  const oneShot = useSignal(false);
  const reason = useSignal("");
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);
  const said = reason.value.trim();
  const submit = () => {
    const about = { alarm: alarm.id, reason: said };
    const more = { minutes: Number(minutes.value), one_shot: oneShot.value };
    void command(how, how === "shelve" ? { ...about, ...more } : about);
    onDone();
  };
  return (
    <form
      class="aside-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (said) submit();
      }}
      onKeyDown={(event) => {
        if (event.key === "Escape") onDone();
      }}
    >
      {how === "shelve" && (
        <fieldset class="segments boxed" aria-label={say.time}>
          {Object.entries(say.minutes).map(([value, text]) => (
            <button
              key={value}
              type="button"
              aria-pressed={minutes.value === value}
              onClick={() => {
                minutes.value = value;
              }}
            >
              {text}
            </button>
          ))}
        </fieldset>
      )}
      <Field
        label={say.reason}
        hint={say.reasonHint}
        name="reason"
        class="aside-reason"
        input={field}
        value={reason.value}
        onInput={(typed) => {
          reason.value = typed;
        }}
      />
      {how === "shelve" && alarm.active && (
        <label class="tick">
          <input
            type="checkbox"
            checked={oneShot.value}
            onChange={(event) => {
              oneShot.value = event.currentTarget.checked;
            }}
          />
          <span>{say.oneShot}</span>
        </label>
      )}
      <div class="aside-foot">
        <button type="submit" class="small" disabled={said === ""}>
          {how === "shelve" ? say.shelveIt : say.takeOut}
        </button>
        <button type="button" class="small quiet" onClick={onDone}>
          {say.cancel}
        </button>
      </div>
    </form>
  );
}

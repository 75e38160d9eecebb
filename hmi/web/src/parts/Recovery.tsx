import { signal } from "@preact/signals";
import { useId } from "preact/hooks";
import { duration, fixed } from "../format";
import { command, explain, underWay } from "../live/commands";
import { live, part } from "../live/store";
import { recoveryStrings as say } from "../strings/recovery";
import type { CommandName, Recovery as Cut } from "../types";

const offered = part((s) => s.commands);
const reason = signal("");

/** A batch that a crash has ended: what is proposed, and the two decisions, each signed. */
export function Recovery({ cut }: { cut: Cut }) {
  const id = useId();
  return (
    <div class="charged" data-recovery={cut.advice}>
      <p>
        <b>{say.title(cut.batch)}</b>
        <span>{say.text(cut.phase ?? say.unknownPhase, duration(cut.gap_s))}</span>
        <span>{say.given(fixed(cut.revolutions, 0), duration(cut.on_time_s))}</span>
        <b>{say.advice[cut.advice]}</b>
        {cut.reasons.map((text) => (
          <span key={text}>{text}</span>
        ))}
      </p>
      <Decision name="continue" word={cut.advice === "finish" ? say.finish : say.continue} />
      <div class="field">
        <label for={id}>{say.reason}</label>
        <span class="input">
          <input
            id={id}
            name="scrap-reason"
            autocomplete="off"
            maxLength={200}
            value={reason.value}
            onInput={(event) => {
              reason.value = event.currentTarget.value;
            }}
          />
        </span>
      </div>
      <Decision name="scrap" word={say.scrap} />
    </div>
  );
}

function Decision({ name, word }: { name: CommandName & ("continue" | "scrap"); word: string }) {
  const offer = offered.value?.[name];
  const missing = [...(offer?.missing ?? [])];
  if (name === "scrap" && !reason.value.trim()) missing.push(say.reasonMissing);
  const enabled = live.value && offer?.enabled === true && missing.length === 0;
  return (
    <button
      type="button"
      class={underWay(name) ? "small pending" : "small"}
      data-command={name}
      aria-disabled={!enabled}
      title={missing.join(" ")}
      onClick={() => {
        if (!enabled) explain(name, missing);
        else void command(name, name === "scrap" ? { reason: reason.peek().trim() } : {});
      }}
    >
      {word}
    </button>
  );
}

import { signal } from "@preact/signals";
import { duration, fixed } from "../format";
import { command, explain, underWay } from "../live/commands";
import { live, part } from "../live/store";
import { recoveryStrings as say } from "../strings/recovery";
import type { CommandName, Recovery as Cut } from "../types";
import { Field } from "./Field";

const offered = part((s) => s.commands);
const reason = signal("");

/** A batch that a crash has ended: what is proposed, and the two decisions, each signed. */
export function Recovery({ cut }: { cut: Cut }) {
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
      <Field
        label={say.reason}
        name="scrap-reason"
        value={reason.value}
        onInput={(typed) => {
          reason.value = typed;
        }}
      />
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

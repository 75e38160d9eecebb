import { computed } from "@preact/signals";
import { latest } from "../live/commands";
import { strings } from "../strings";
import type { CommandName } from "../types";

const line = computed(() => {
  const sent = latest.value;
  if (!sent) return null;
  const name = strings.commands[sent.name];
  const say = strings.command;
  const texts = {
    sending: say.sending(name),
    accepted: say.accepted(name),
    confirmed: sent.state
      ? say.confirmedState(name, strings.states[sent.state] ?? sent.state)
      : say.confirmed(name),
    refused: say.refused(name),
    failed: say.failed(name),
    unconfirmed: say.unconfirmed(name),
    not_available: say.notAvailable(name),
  };
  const { name: of, progress, reasons } = sent;
  return { name: of, text: texts[progress], progress, reasons };
});

interface Props {
  /** Only of these commands; nothing is shown for another one. */
  of?: readonly CommandName[];
}

/** What became of the last command, with the reasons if it was refused. */
export function Outcome({ of }: Props) {
  const last = line.value;
  if (of && (!last || !of.includes(last.name))) return null;
  if (!last) return <p class="last last-none">{strings.command.none}</p>;
  return (
    <div class={`last last-${last.progress}`} role="status" data-progress={last.progress}>
      <p>
        <b>{last.text}</b>
      </p>
      {last.reasons.length > 0 && (
        <ul>
          {last.reasons.map((reason) => (
            <li key={reason}>{reason}</li>
          ))}
        </ul>
      )}
    </div>
  );
}

import { computed, signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { href } from "../frame/route";
import { command, explain, latest, underWay } from "../live/commands";
import { live, part } from "../live/store";
import { strings } from "../strings";
import type { CommandName } from "../types";
import { Panel } from "./Panel";

const LISTED = ["start", "pause", "resume", "restart", "complete", "reset", "lid.release"] as const;
type Listed = (typeof LISTED)[number];

// What adds energy, ends a product or gives access is pressed twice, in the same place.
const ASKED: readonly Listed[] = ["start", "resume", "restart", "complete", "lid.release"];
const ARMED_MS = 5000;
// A second press this soon after the first is a slip of the finger.
const SLIP_MS = 350;

const offered = part((s) => s.commands);
const armed = signal<{ name: Listed; atMs: number } | null>(null);

/** Commands that need the right state and conditions, each with what is missing. */
export function Commands() {
  return (
    <Panel title={strings.command.title} area="commands">
      <LastCommand />
      <ul class="commands">
        {LISTED.map((name) => (
          <CommandButton key={name} name={name} />
        ))}
        <li>
          <a class="command-button" href={href("run", "events")}>
            <b>{strings.command.note}</b>
            <small>{strings.command.noteText}</small>
          </a>
        </li>
      </ul>
    </Panel>
  );
}

function CommandButton({ name }: { name: Listed }) {
  const offer = offered.value?.[name];
  const enabled = live.value && offer?.enabled === true;
  const missing = offer?.missing ?? [];
  const asking = armed.value?.name === name;
  useEffect(() => {
    if (!asking) return;
    const timer = setTimeout(() => disarm(name), ARMED_MS);
    return () => clearTimeout(timer);
  }, [asking, name]);
  const word = strings.commands[name];
  return (
    <li>
      <button
        type="button"
        class={`command-button${asking ? " armed" : ""}${underWay(name) ? " pending" : ""}`}
        data-command={name}
        aria-disabled={!enabled}
        onClick={() => pressed(name, enabled, missing)}
        onBlur={() => disarm(name)}
      >
        <b>{word}</b>
        <small>
          {asking ? strings.command.confirm : enabled ? strings.hints[name] : words(missing)}
        </small>
      </button>
    </li>
  );
}

function disarm(name: Listed): void {
  if (armed.peek()?.name === name) armed.value = null;
}

function words(missing: string[]): string {
  if (missing.length === 0) return strings.command.notNow;
  const [first = "", ...rest] = missing;
  return rest.length === 0 ? first : `${strings.command.more(rest.length + 1)}: ${first}`;
}

function pressed(name: Listed, enabled: boolean, missing: string[]): void {
  if (!enabled) {
    explain(name, missing.length ? missing : [strings.command.notNow]);
    return;
  }
  const now = performance.now();
  const before = armed.value;
  if (ASKED.includes(name) && before?.name !== name) {
    armed.value = { name, atMs: now };
    return;
  }
  if (before && now - before.atMs < SLIP_MS) return;
  armed.value = null;
  void command(name);
}

const line = computed(() => {
  const sent = latest.value;
  if (!sent) return null;
  const name = strings.commands[sent.name as CommandName];
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
  return { text: texts[sent.progress], progress: sent.progress, reasons: sent.reasons };
});

/** What became of the last command, with the reasons if it was refused. */
function LastCommand() {
  const last = line.value;
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

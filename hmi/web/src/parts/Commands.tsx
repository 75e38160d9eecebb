import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { href } from "../frame/route";
import { command, explain, underWay } from "../live/commands";
import { live, part } from "../live/store";
import { strings } from "../strings";
import { Outcome } from "./Outcome";
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
      <Outcome />
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

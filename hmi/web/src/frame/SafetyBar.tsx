import { ALWAYS, command, underWay } from "../live/commands";
import { SafetyMark } from "../parts/marks";
import { strings } from "../strings";

/** Hold, Stop and Abort: always there, never grey, one press. */
export function SafetyBar() {
  return (
    <nav class="safety" aria-label={strings.command.safety}>
      {ALWAYS.map((name) => (
        <button
          key={name}
          type="button"
          class={`safety-button safety-${name}${underWay(name) ? " pending" : ""}`}
          data-command={name}
          title={strings.always[name]}
          onClick={() => void command(name)}
        >
          <SafetyMark name={name} />
          {strings.commands[name]}
        </button>
      ))}
    </nav>
  );
}

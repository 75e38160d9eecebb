import { roleMissing } from "../../live/permits";
import { part } from "../../live/store";
import { systemStrings } from "../../strings/system";
import type { CommandName } from "../../types";

const offers = part((s) => s.commands);

/** What is missing for a command now: the role first, then what the machine says. */
export function missingFor(name: CommandName): string[] {
  const role = roleMissing(name);
  const offer = offers.value?.[name];
  const machine = offer?.enabled === false ? offer.missing : [];
  return role ? [role, ...machine] : machine;
}

/** What is missing, as a list; nothing when nothing is. */
export function Missing({ of }: { of: string[] }) {
  if (of.length === 0) return null;
  return (
    <ul class="missing" aria-label={systemStrings.mode.missing}>
      {of.map((text) => (
        <li key={text}>{text}</li>
      ))}
    </ul>
  );
}

import type { Signal } from "@preact/signals";
import { strings } from "../../strings";
import { accountStrings } from "../../strings/accounts";

const say = accountStrings.people;

/** Which roles a person has, each with what it allows. */
export function RoleTicks({ roles }: { roles: Signal<string[]> }) {
  return (
    <fieldset class="role-ticks" aria-label={say.roles}>
      {Object.entries(say.what).map(([role, what]) => (
        <label key={role} class="tick">
          <input
            type="checkbox"
            name={`role-${role}`}
            checked={roles.value.includes(role)}
            onChange={(event) => {
              const others = roles.value.filter((one) => one !== role);
              roles.value = event.currentTarget.checked ? [...others, role] : others;
            }}
          />
          <span>
            {strings.roles[role]} <small>{what}</small>
          </span>
        </label>
      ))}
    </fieldset>
  );
}

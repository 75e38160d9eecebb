// What the signed-in person may ask for, by role. The controller decides; this says it beforehand.

import { strings } from "../strings";
import type { CommandName } from "../types";
import { part, person } from "./store";

const offers = part((s) => s.commands);

/** Why this person's roles do not allow a command now, empty when they do. */
export function roleMissing(name: CommandName): string {
  const roles = offers.value?.[name]?.roles;
  const own = person.value?.roles ?? [];
  if (!roles || roles.length === 0 || roles.some((role) => own.includes(role))) return "";
  return strings.command.needsRole(roles.map((role) => strings.roles[role] ?? role));
}

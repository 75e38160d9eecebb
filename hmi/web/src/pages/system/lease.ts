// Holding an output: one command every half second under a new id for as long as the button is held,
// and one that lets go. The first refusal ends it; nothing is sent for a page that nobody looks at.

import { signal } from "@preact/signals";
import { reasonsOf } from "../../api";
import { hasProof, prove } from "../../live/account";
import { send } from "../../live/commands";
import { snapshot } from "../../live/store";
import { systemStrings } from "../../strings/system";

const RENEW_MS = 500;

/** Which button is held, null when none is. */
export const held = signal<"gas" | "blade" | null>(null);
/** Why the last hold ended. */
export const ended = signal<string[]>([]);

let timer = 0;
let turn = 0;

/** Begin to hold these outputs; until `letGo`. */
export async function hold(what: "gas" | "blade", args: object): Promise<void> {
  letGo("");
  ended.value = [];
  if (snapshot.peek()?.commands.jog?.proof && !hasProof()) {
    // The finger has left the button when the password is entered: it is pressed again.
    await prove("proof");
    return;
  }
  held.value = what;
  const mine = ++turn;
  await renew(args, mine);
}

async function renew(args: object, mine: number): Promise<void> {
  try {
    const answer = await send("jog", args);
    if (mine !== turn) return;
    if (!answer.accepted) return end(answer.reasons);
    timer = window.setTimeout(() => void renew(args, mine), RENEW_MS);
  } catch (error) {
    if (mine === turn) end(reasonsOf(error));
  }
}

function end(reasons: string[]): void {
  turn += 1;
  clearTimeout(timer);
  held.value = null;
  ended.value = reasons;
  // What was held may still be: nothing is asked for any more.
  send("jog", {}).catch(() => undefined);
}

/** Let go of whatever is held, and say why. */
export function letGo(why: string): void {
  if (held.peek() !== null) end(why ? [why] : []);
}

addEventListener("blur", () => letGo(systemStrings.jog.lost));
addEventListener("pagehide", () => letGo(systemStrings.jog.lost));
document.addEventListener("visibilitychange", () => {
  if (document.hidden) letGo(systemStrings.jog.lost);
});

// Who may do what in this page: proof of the password, and the lock that time puts on a page.

import { signal } from "@preact/signals";
import { call, Refusal } from "../api";
import { person } from "./store";
import { refreshPerson } from "./stream";

/** Why the password is asked for, null while it is not. */
export const asking = signal<"locked" | "proof" | null>(null);

const TOUCH_MS = 60_000;
// A proof that is about to end may have ended when the request arrives.
const SPARE_S = 5;

let answered: ((proved: boolean) => void) | null = null;
let touchedMs = 0;
let provedUntilMs = 0;

/** Ask the person for the password; resolves with whether it was right. */
export function prove(why: "locked" | "proof"): Promise<boolean> {
  answered?.(false);
  asking.value = why;
  return new Promise((resolve) => {
    answered = resolve;
  });
}

/** The person gave up, or the password was right. */
export function proofEnded(proved: boolean): void {
  asking.value = null;
  answered?.(proved);
  answered = null;
}

/** Send the password; rejects with a Refusal when it is wrong. */
export async function sendProof(password: string): Promise<void> {
  await call("POST", "proof", { password });
  await refreshPerson();
  proofEnded(true);
}

/** Do some work, and once more after the password when the server wants that first. */
export async function withProof<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Refusal) || (error.code !== "locked" && error.code !== "proof"))
      throw error;
    if (!(await prove(error.code))) throw error;
    return work();
  }
}

/** Whether the password was entered so short a while ago that it still counts. */
export function hasProof(): boolean {
  return performance.now() < provedUntilMs;
}

/** Tell the server now and then that somebody is at this page. */
export function startTouching(): void {
  for (const kind of ["pointerdown", "keydown", "wheel"])
    addEventListener(kind, touch, { passive: true });
  person.subscribe((who) => {
    provedUntilMs = performance.now() + 1000 * ((who?.proof_left_s ?? 0) - SPARE_S);
    if (!who) proofEnded(false);
  });
}

function touch(): void {
  const nowMs = performance.now();
  if (!person.peek() || nowMs - touchedMs < TOUCH_MS) return;
  touchedMs = nowMs;
  call("POST", "session/touch", {}).catch(() => undefined);
}

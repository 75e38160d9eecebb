// What was commanded last, and what became of it. Nothing is shown as done before the machine
// itself, by its next snapshots, says so.

import { signal } from "@preact/signals";
import { call, newId, Refusal, reasonsOf } from "../api";
import { accountStrings } from "../strings/accounts";
import type { CommandAnswer, CommandName, Snapshot, Suppression } from "../types";
import { hasProof, prove, withProof } from "./account";
import { seenS, snapshot } from "./store";
import { onSnapshot, signedOut } from "./stream";

const CONFIRM_MS = 4000;
const TRIES_MS = [0, 250, 750];
/** The safe direction: always sent, never asked about, tried again when the way is disturbed. */
export const ALWAYS = ["hold", "stop", "abort"] as const satisfies readonly CommandName[];

export type Progress =
  | "sending"
  | "accepted"
  | "confirmed"
  | "refused"
  | "failed"
  | "unconfirmed"
  | "not_available";

export interface Sent {
  name: CommandName;
  progress: Progress;
  reasons: string[];
  atMs: number;
  /** The state in which the machine was when it had done it. */
  state: string;
  done: (now: Snapshot) => boolean;
}

export const latest = signal<Sent | null>(null);

/** Whether a command of this name is under way. */
export function underWay(name: CommandName): boolean {
  const sent = latest.value;
  return sent?.name === name && (sent.progress === "sending" || sent.progress === "accepted");
}

/** Send one command and follow it until the machine shows that it did it, or does not. */
export async function command(name: CommandName, args: object = {}): Promise<void> {
  const sent: Sent = {
    name,
    progress: "sending",
    reasons: [],
    atMs: performance.now(),
    state: "",
    done: whenDone(name, args, snapshot.peek()),
  };
  latest.value = sent;
  try {
    const always = (ALWAYS as readonly string[]).includes(name);
    const needsProof = snapshot.peek()?.commands[name]?.proof === true && !hasProof();
    if (!always && needsProof && !(await prove("proof"))) {
      return update(sent, "refused", [accountStrings.prove.needed]);
    }
    const answer = await withProof(() => send(name, args));
    update(sent, answer.accepted ? "accepted" : "refused", answer.reasons);
  } catch (error) {
    if (error instanceof Refusal && error.status === 401) signedOut();
    const refused = error instanceof Refusal && error.status >= 400 && error.status < 500;
    update(sent, refused ? "refused" : "failed", reasonsOf(error));
  }
}

/** Say why a command cannot be sent now, in the place where its outcome would be. */
export function explain(name: CommandName, reasons: string[]): void {
  latest.value = {
    name,
    progress: "not_available",
    reasons,
    atMs: performance.now(),
    state: "",
    done: () => false,
  };
}

/** Send one command; rejects with a Refusal. The same id is used for every try: a command that did
 * arrive is not carried out twice. */
export async function send(name: CommandName, args: object): Promise<CommandAnswer> {
  // What the person saw when giving it: the controller refuses what was meant for another state.
  const seen = { state_version: snapshot.peek()?.state_version ?? null, seen_s: seenS() };
  const message = { id: newId(), name, args, ...seen };
  const waits = (ALWAYS as readonly string[]).includes(name) ? TRIES_MS : [0];
  let problem: unknown;
  for (const waitMs of waits) {
    if (waitMs) await new Promise((resolve) => setTimeout(resolve, waitMs));
    try {
      return await call<CommandAnswer>("POST", "command", message);
    } catch (error) {
      problem = error;
      if (error instanceof Refusal && error.status !== 0 && error.status !== 503) break;
    }
  }
  throw problem;
}

function update(sent: Sent, progress: Progress, reasons: string[]): void {
  sent.progress = progress;
  sent.reasons = reasons;
  if (latest.peek()?.atMs === sent.atMs) latest.value = { ...sent };
}

function whenDone(
  name: CommandName,
  args: object,
  before: Snapshot | null,
): (now: Snapshot) => boolean {
  switch (name) {
    case "load":
      return (now) => now.batch !== null && now.batch.id !== before?.batch?.id;
    case "charge":
      return (now) => now.batch?.charge != null;
    case "ack":
      return (now) => noneLeft(now, args);
    case "shelve":
    case "out_of_service":
      return (now) => suppressionOf(now, args) !== "none";
    case "unshelve":
    case "in_service":
      return (now) =>
        suppressionOf(now, args) !== (name === "unshelve" ? "shelved" : "out_of_service");
    case "lid.release":
      return (now) => now.lid_release;
    case "manual":
    case "maintenance":
      return (now) => now.hands.mode === name;
    case "auto":
    case "maintenance.end":
      return (now) => now.hands.mode !== before?.hands.mode;
    case "continue":
    case "scrap":
      return (now) => !now.recovery;
    case "purge":
      return (now) => now.hands.purge !== null;
    case "purge.end":
      return (now) => now.hands.purge === null;
    case "bypass":
    case "bypass.end":
      return (now) => bypassed(now, args) === (name === "bypass");
    default: {
      // What is only written down, or held for a moment, is done when it is accepted.
      const states = STATES_AFTER[name];
      return (now) => states?.includes(now.state) ?? true;
    }
  }
}

function bypassed(now: Snapshot, args: object): boolean {
  const wanted = "row" in args ? args.row : "";
  return now.bypasses.some((item) => item.row === wanted && item.in_force !== null);
}

const STATES_AFTER: Partial<Record<CommandName, readonly string[]>> = {
  start: ["STARTING", "RUNNING"],
  pause: ["PAUSING", "PAUSED"],
  resume: ["RESUMING", "RUNNING"],
  hold: ["HOLDING", "HELD"],
  restart: ["RESTARTING", "RUNNING"],
  complete: ["COMPLETING", "COMPLETE"],
  stop: ["STOPPING", "STOPPED"],
  abort: ["ABORTING", "ABORTED"],
  reset: ["RESETTING", "IDLE"],
};

function suppressionOf(now: Snapshot, args: object): Suppression {
  const wanted = "alarm" in args ? args.alarm : "";
  return now.alarms.find((alarm) => alarm.id === wanted)?.suppression ?? "none";
}

function noneLeft(now: Snapshot, args: object): boolean {
  const wanted = "alarm" in args ? args.alarm : "*";
  return !now.alarms.some((alarm) => !alarm.acked && (wanted === "*" || wanted === alarm.id));
}

onSnapshot((now) => {
  const sent = latest.peek();
  if (sent?.progress === "confirmed") follow(sent, now);
  if (sent?.progress !== "accepted") return;
  if (sent.done(now)) {
    if (sent.name in STATES_AFTER) sent.state = now.state;
    update(sent, "confirmed", []);
  } else if (performance.now() - sent.atMs > CONFIRM_MS) update(sent, "unconfirmed", []);
});

/** From a state that only leads on to the one that the command was for. */
function follow(sent: Sent, now: Snapshot): void {
  if (sent.state === now.state || !STATES_AFTER[sent.name]?.includes(now.state)) return;
  sent.state = now.state;
  update(sent, "confirmed", []);
}

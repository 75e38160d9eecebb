// The one live connection of this page, kept only while somebody can see the page.

import { call } from "../api";
import type { Person, Snapshot } from "../types";
import { down, forget, judge, person, take } from "./store";

const JUDGE_MS = 200;
const RETRY_MS = 1000;
// A browser allows six connections to one server. Pages that nobody sees must not use them up.
const HIDDEN_MS = 20_000;
const DRIFT_MS = 0.02;

let source: EventSource | null = null;
let fastestMs = Number.POSITIVE_INFINITY;
let hideTimer = 0;
let retryTimer = 0;
const listeners = new Set<(snapshot: Snapshot) => void>();

/** Call `listener` with each snapshot, after it is in the store. */
export function onSnapshot(listener: (snapshot: Snapshot) => void): void {
  listeners.add(listener);
}

/** Keep the stream open from now on. */
export function startStream(): void {
  setInterval(judge, JUDGE_MS);
  document.addEventListener("visibilitychange", visibilityChanged);
  person.subscribe((who) => (who ? open() : close()));
}

function open(): void {
  if (source || document.hidden) return;
  fastestMs = Number.POSITIVE_INFINITY;
  source = new EventSource("/api/stream");
  source.onmessage = received;
  source.onerror = failed;
  source.addEventListener("link", silence);
}

function close(): void {
  clearTimeout(retryTimer);
  source?.close();
  source = null;
}

function received(event: MessageEvent<string>): void {
  const next = JSON.parse(event.data) as Snapshot;
  const sentS = Number(event.lastEventId);
  take(next, lateness(sentS), sentS);
  for (const listener of listeners) listener(next);
}

function silence(event: MessageEvent<string>): void {
  down.value = (JSON.parse(event.data) as { down: string }).down;
}

// The id is the server's clock in seconds. The offset between its clock and ours is unknown, but
// no frame is faster than the fastest: what a frame needs beyond that is how late it is. The two
// clocks drift apart by less than `DRIFT_MS` a frame.
function lateness(sentS: number): number {
  const tookMs = performance.now() - 1000 * sentS;
  fastestMs = Math.min(fastestMs + DRIFT_MS, tookMs);
  return tookMs - fastestMs;
}

function failed(): void {
  if (source?.readyState !== EventSource.CLOSED) return;
  close();
  retryTimer = window.setTimeout(() => void refreshPerson(), RETRY_MS);
}

function visibilityChanged(): void {
  clearTimeout(hideTimer);
  if (document.hidden) hideTimer = window.setTimeout(close, HIDDEN_MS);
  else if (person.peek()) open();
  judge();
}

/** Ask the server who is signed in here; opens or closes the stream accordingly. */
export async function refreshPerson(): Promise<void> {
  try {
    const who = await call<Person | null>("GET", "session");
    if (!who) return signedOut();
    person.value = who;
    open();
  } catch {
    retryTimer = window.setTimeout(() => void refreshPerson(), RETRY_MS);
  }
}

/** End the session of this page. */
export function signedOut(): void {
  forget();
  person.value = null;
}

// What the page knows: the newest snapshot, and whether it may still be believed.

import { batch, computed, type ReadonlySignal, signal } from "@preact/signals";
import type { Person, Snapshot } from "../types";
import { share } from "./share";

/** Older than this is not live: the overlay is up well within two seconds of silence. */
export const LIVE_MS = 1200;

export const person = signal<Person | null | undefined>(undefined);
export const snapshot = signal<Snapshot | null>(null);
export const live = signal(false);
/** Seconds since the last snapshot, by a clock that ticks a few times a second. */
export const silentS = signal(0);
/** Why the controller stays down, in words for people; empty while it may come back. */
export const down = signal("");

let arrivedMs = Number.NEGATIVE_INFINITY;
let lateMs = 0;
let sentS = Number.NaN;

/** Take a snapshot that took `late` milliseconds longer on its way than the fastest one did. */
export function take(next: Snapshot, late: number, sent: number): void {
  const before = snapshot.peek();
  // The same scan again says nothing about now.
  if (before && before.seq === next.seq && before.utc === next.utc) return;
  arrivedMs = performance.now();
  lateMs = late;
  sentS = sent;
  batch(() => {
    snapshot.value = share(before ?? undefined, next);
    down.value = "";
    judge();
  });
}

/** When the newest snapshot was sent, by the server's own clock; null before the first. */
export function seenS(): number | null {
  return Number.isFinite(sentS) ? sentS : null;
}

/** Look again at how old the newest snapshot is. */
export function judge(): void {
  const ageMs = performance.now() - arrivedMs + lateMs;
  live.value = ageMs < LIVE_MS;
  silentS.value = live.value || !Number.isFinite(ageMs) ? 0 : Math.floor(ageMs / 1000);
}

/** Forget everything of the machine, as at sign-out. */
export function forget(): void {
  arrivedMs = Number.NEGATIVE_INFINITY;
  batch(() => {
    snapshot.value = null;
    live.value = false;
  });
}

/** A part of the snapshot: changes only when that part does. */
export function part<T>(pick: (from: Snapshot) => T): ReadonlySignal<T | undefined> {
  return computed(() => (snapshot.value ? pick(snapshot.value) : undefined));
}

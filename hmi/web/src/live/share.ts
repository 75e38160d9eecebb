/**
 * `next`, with every part that is equal to the same part of `before` replaced by that very part.
 * What did not change keeps its identity, so only what did change is drawn again.
 */
export function share<T>(before: T | undefined, next: T): T {
  if (Object.is(before, next)) return next;
  if (Array.isArray(before) && Array.isArray(next)) return shareArray(before, next) as T;
  if (isRecord(before) && isRecord(next)) return shareRecord(before, next) as T;
  return next;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function shareArray(before: unknown[], next: unknown[]): unknown[] {
  let same = before.length === next.length;
  for (let i = 0; i < next.length; i++) {
    next[i] = share(before[i], next[i]);
    same &&= Object.is(next[i], before[i]);
  }
  return same ? before : next;
}

function shareRecord(before: Record<string, unknown>, next: Record<string, unknown>) {
  const keys = Object.keys(next);
  let same = keys.length === Object.keys(before).length;
  for (const key of keys) {
    next[key] = share(before[key], next[key]);
    same &&= Object.is(next[key], before[key]);
  }
  return same ? before : next;
}

// Shapes that carry a meaning together with a text or a number: never colour alone.

import { strings } from "../strings";

const OUTLINES = {
  1: "M2 2h20v20H2z",
  2: "M12 1.500 23 21.500H1z",
  3: "M12 1 23 12 12 23 1 12z",
} as const;

/** The mark of an alarm priority: square 1, triangle 2, diamond 3. */
export function PriorityMark({ priority, size = 24 }: { priority: 1 | 2 | 3; size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      class={`priority priority-${priority}`}
      viewBox="0 0 24 24"
      role="img"
      aria-label={strings.alarms.priority(priority)}
    >
      <path d={OUTLINES[priority]} />
      <text x="12" y={priority === 2 ? 19 : 17} text-anchor="middle">
        {priority}
      </text>
    </svg>
  );
}

/** A tick for "fulfilled", a filled cross for "not". The text beside it says the same. */
export function CheckMark({ ok }: { ok: boolean }) {
  return (
    <svg class={ok ? "check check-ok" : "check check-bad"} viewBox="0 0 20 20" aria-hidden="true">
      {ok ? (
        <path d="m4.500 10.500 3.500 3.500 7.500-8" />
      ) : (
        <>
          <rect width="20" height="20" rx="2" />
          <path d="m6 6 8 8M14 6l-8 8" />
        </>
      )}
    </svg>
  );
}

const SAFETY_PATHS: Record<string, string> = {
  hold: "M6 4h4v16H6zM14 4h4v16h-4z",
  stop: "M5 5h14v14H5z",
  abort:
    "M8.200 2h7.600L22 8.200v7.600L15.800 22H8.200L2 15.800V8.200zM7.800 9.200 10.600 12l-2.800 2.800 1.400 1.400L12 13.400l2.800 2.800 1.400-1.400L13.400 12l2.800-2.800-1.400-1.400L12 10.600 9.200 7.800z",
};

/** The mark of Hold, Stop or Abort. */
export function SafetyMark({ name }: { name: string }) {
  return (
    <svg class="safety-mark" viewBox="0 0 24 24" aria-hidden="true">
      <path fill-rule="evenodd" d={SAFETY_PATHS[name] ?? ""} />
    </svg>
  );
}

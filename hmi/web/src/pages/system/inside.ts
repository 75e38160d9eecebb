// What the controller tells of itself beside the snapshot, read while somebody looks at it.

import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { call, reasonsOf } from "../../api";

const READ_MS = 1000;

export interface Inside {
  signals: Record<string, { device: string; table: string; address: number; words: number[] }>;
  devices: Record<
    string,
    {
      stranger: string;
      unarmed: string;
      foreign: string;
      watch: string;
      watchdog_s: number | null;
    }
  >;
  scan_s: { bounds: number[]; at_most: number[]; sum: number };
  storage: {
    record_bytes: number;
    trend_bytes: number;
    trends: number;
    free_bytes: number;
    total_bytes: number;
  };
  versions: Record<string, string>;
}

export const inside = signal<Inside | null>(null);
export const insideProblem = signal("");

async function read(): Promise<void> {
  try {
    inside.value = await call<Inside>("GET", "inside");
    insideProblem.value = "";
  } catch (error) {
    inside.value = null;
    insideProblem.value = reasonsOf(error).join(" ");
  }
}

/** Keep `inside` new for as long as the component that calls this is shown. */
export function useInside(): void {
  useEffect(() => {
    void read();
    const timer = setInterval(() => void read(), READ_MS);
    return () => clearInterval(timer);
  }, []);
}

// The journal of events, read while somebody looks at it.

import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { call } from "../api";
import { strings } from "../strings";
import type { MachineEvent } from "../types";

const KEPT = 500;
const READ_MS = 2000;

/** The newest events, the newest first. */
export const events = signal<MachineEvent[]>([]);
export const eventsProblem = signal("");

let readers = 0;
let timer = 0;

async function read(): Promise<void> {
  const after = events.peek()[0]?.seq ?? 0;
  try {
    const news = await call<MachineEvent[]>("GET", `events?after=${after}`);
    eventsProblem.value = "";
    if (news.length) events.value = [...news.reverse(), ...events.peek()].slice(0, KEPT);
  } catch {
    eventsProblem.value = strings.events.failed;
  }
}

/** Keep `events` new for as long as the component that calls this is shown. */
export function useEvents(): void {
  useEffect(() => {
    if (readers++ === 0) {
      events.value = [];
      void read();
      timer = window.setInterval(() => void read(), READ_MS);
    }
    return () => {
      if (--readers === 0) clearInterval(timer);
    };
  }, []);
}

// The simulations that were asked for, followed until they are over.

import { computed, signal } from "@preact/signals";
import { call, reasonsOf } from "../../api";
import { withProof } from "../../live/account";
import { plant, text } from "./draft";
import { savedName } from "./files";
import type { Job, Matrix, Run, WholeJob } from "./shapes";

const BUSY_MS = 700;
const QUIET_MS = 5000;

export const jobs = signal<Job[] | null>(null);
export const jobsProblem = signal("");
const wholes = signal<Record<string, WholeJob<unknown>>>({});

/** The runs that are shown, A and B; and the fault matrix that is. */
export const firstId = signal("");
export const secondId = signal("");
export const matrixId = signal("");

export const firstRun = computed(() => wholes.value[firstId.value] as WholeJob<Run> | undefined);
export const secondRun = computed(() => wholes.value[secondId.value] as WholeJob<Run> | undefined);
export const shownMatrix = computed(
  () => wholes.value[matrixId.value] as WholeJob<Matrix> | undefined,
);

/** Whether a simulation still waits or runs. */
export function isUnderWay({ state }: Job): boolean {
  return state === "waiting" || state === "running";
}

let timer = 0;
let following = false;

/** Keep the list fresh, quickly while something runs; returns what ends that. */
export function followJobs(): () => void {
  following = true;
  void look();
  return () => {
    following = false;
    clearTimeout(timer);
  };
}

async function look(): Promise<void> {
  clearTimeout(timer);
  await readJobs();
  clearTimeout(timer);
  const busy = jobs.peek()?.some(isUnderWay);
  if (following) timer = window.setTimeout(look, busy ? BUSY_MS : QUIET_MS);
}

async function readJobs(): Promise<void> {
  try {
    jobs.value = await call<Job[]>("GET", "workshop/jobs");
    jobsProblem.value = "";
    const wanted = [firstId, secondId, matrixId].map((id) => id.peek());
    const done = jobs.value.filter(({ id, state }) => wanted.includes(id) && state === "done");
    await Promise.all(done.filter(({ id }) => !wholes.peek()[id]).map(({ id }) => fetchWhole(id)));
  } catch (error) {
    jobsProblem.value = reasonsOf(error).join(" ");
  }
}

async function fetchWhole(id: string): Promise<void> {
  const whole = await call<WholeJob<unknown>>("GET", `workshop/jobs/${id}`);
  wholes.value = { ...wholes.peek(), [id]: whole };
}

/** Show a run as A or as B, or a matrix. */
export function show(job: Job, as: "first" | "second" = "first"): void {
  const target = job.kind === "fault_matrix" ? matrixId : as === "first" ? firstId : secondId;
  target.value = job.id;
  if (as === "first" && secondId.peek() === job.id) secondId.value = "";
  void look();
}

function tell(error: unknown): void {
  jobsProblem.value = reasonsOf(error).join(" ");
}

/** Run the text of the editor. */
export async function start(kind: Job["kind"], seed: number, faults: string[]): Promise<void> {
  const name = savedName().replace(/\.toml$/, "");
  const wanted = { kind, toml: text.peek(), plant: plant.peek(), name, seed, faults };
  try {
    const job = await withProof(() => call<Job>("POST", "workshop/jobs", wanted));
    jobsProblem.value = "";
    jobs.value = [job, ...(jobs.peek() ?? [])];
    show(job);
  } catch (error) {
    tell(error);
  }
}

/** End a simulation that waits or runs. */
export async function cancel(job: Job): Promise<void> {
  try {
    await call("DELETE", `workshop/jobs/${job.id}`);
    await look();
  } catch (error) {
    tell(error);
  }
}

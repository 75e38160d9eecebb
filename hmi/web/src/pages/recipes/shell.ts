// The shell that the text aims at. It needs only the two powders to be right.

import { computed, effect, signal } from "@preact/signals";
import { call, reasonsOf } from "../../api";
import { valueAt } from "./draft";
import { numberIn } from "./number";
import type { Shell } from "./shapes";

const WAIT_MS = 250;

export const targetNm = signal("");
export const spread = signal<Record<string, string>>({});
export const shell = signal<Shell | null>(null);
export const shellProblem = signal("");

const NEEDED = {
  sse_wt_percent: ["sse", "wt_percent"],
  basis: ["sse", "basis"],
  d50_um: ["core", "d50_um"],
  core_density_g_cm3: ["core", "density_g_cm3"],
  shell_density_g_cm3: ["sse", "density_g_cm3"],
  solid_fraction: ["sse", "solid_fraction"],
  d10_um: ["core", "d10_um"],
  d90_um: ["core", "d90_um"],
  sse_d50_um: ["sse", "particle_d50_um"],
} as const;

/** The inputs of the shell as they stand in the text; null while one of them is not there. */
export const shellInputs = computed(() => {
  const found: Record<string, unknown> = {};
  for (const [name, [table, key]] of Object.entries(NEEDED)) {
    const value = valueAt(table, key);
    if (typeof value !== (name === "basis" ? "string" : "number")) return null;
    found[name] = value;
  }
  return found;
});

const shellWanted = computed(() => {
  const target = numberIn(targetNm.value);
  const sigma = Object.entries(spread.value).flatMap(([key, typed]) => {
    const number = numberIn(typed);
    return number === null ? [] : [[key, number]];
  });
  return JSON.stringify({
    ...shellInputs.value,
    ...(target !== null && { target_nm: target }),
    ...(sigma.length > 0 && { sigma: Object.fromEntries(sigma) }),
  });
});

let shellTimer = 0;
effect(() => {
  const wanted = shellWanted.value;
  clearTimeout(shellTimer);
  if (shellInputs.value) shellTimer = window.setTimeout(() => void askShell(wanted), WAIT_MS);
  else shell.value = null;
});

async function askShell(wanted: string): Promise<void> {
  try {
    const path = "workshop/shell";
    const found = await call<Shell | { problem: string }>("POST", path, JSON.parse(wanted));
    if (wanted !== shellWanted.peek()) return;
    shell.value = "problem" in found ? null : found;
    shellProblem.value = "problem" in found ? found.problem : "";
  } catch (error) {
    if (wanted !== shellWanted.peek()) return;
    shell.value = null;
    shellProblem.value = reasonsOf(error).join(" ");
  }
}

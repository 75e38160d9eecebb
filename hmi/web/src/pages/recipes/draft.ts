// The text that is being written: its history and its faults.

import { batch, computed, effect, signal } from "@preact/signals";
import { call, reasonsOf } from "../../api";
import { part } from "../../live/store";
import type { Check } from "./shapes";
import { type Table, tablesOf, type Value } from "./toml";

const WAIT_MS = 250;
const ONE_EDIT_MS = 900;
const STEPS_MAX = 300;
const KEPT_AS = "blademill.recipe-draft";
export const TEXT_MAX = 60_000;

export interface Opened {
  name: string;
  text: string;
}

/** What was opened last, to compare with; null when the text was begun here. */
export const opened = signal<Opened | null>(null);
export const fileName = signal("");
export const text = signal("");
export const plant = signal("");
export const plants = signal<string[]>([]);

export const tables = computed<Table[]>(() => tablesOf(text.value));
export const changed = computed(() => text.value !== (opened.value?.text ?? ""));

/** The newest answer of the server, and the text that it is about. */
const answer = signal<(Check & { text: string }) | null>(null);
export const check = computed<Check | null>(() => answer.value);
export const upToDate = computed(() => answer.value?.text === text.value);
export const checkProblem = signal("");
export const sound = computed(() => upToDate.value && answer.value?.faults.length === 0);

let past: string[] = [];
let future: string[] = [];
let typedMs = Number.NEGATIVE_INFINITY;
export const canUndo = signal(false);
export const canRedo = signal(false);

/** Change the text. Letters typed in quick succession are undone together. */
export function change(next: string, kind: "typing" | "step" = "step"): void {
  if (next === text.peek()) return;
  const now = performance.now();
  const goesOn = kind === "typing" && now - typedMs < ONE_EDIT_MS;
  typedMs = kind === "typing" ? now : Number.NEGATIVE_INFINITY;
  if (!goesOn) past = [...past.slice(-STEPS_MAX), text.peek()];
  future = [];
  put(next);
}

/** Take back the last change. */
export function undo(): void {
  const before = past.at(-1);
  if (before === undefined) return;
  past = past.slice(0, -1);
  future = [...future, text.peek()];
  typedMs = Number.NEGATIVE_INFINITY;
  put(before);
}

/** Do again what was taken back last. */
export function redo(): void {
  const next = future.at(-1);
  if (next === undefined) return;
  future = future.slice(0, -1);
  past = [...past, text.peek()];
  put(next);
}

function put(next: string): void {
  batch(() => {
    text.value = next;
    canUndo.value = past.length > 0;
    canRedo.value = future.length > 0;
  });
}

/** Begin with a text; what was written before can be had back by undoing. */
export function open(name: string, from: string): void {
  opened.value = { name, text: from };
  fileName.value = name;
  change(from);
}

/** The value of a key as it stands in the text. */
export function valueAt(table: string, key: string): Value | null {
  const found = tables.value.find(({ name }) => name === table);
  return found?.entries.find((entry) => entry.key === key)?.value ?? null;
}

/** Which plant files there are, and that of the mill here unless another one was chosen. */
export async function readPlants(): Promise<void> {
  try {
    plants.value = await call<string[]>("GET", "workshop/plants");
    const own = `${mill.peek()}.toml`;
    plant.value ||= plants.value.find((name) => name === own) ?? plants.value[0] ?? "";
  } catch (error) {
    checkProblem.value = reasonsOf(error).join(" ");
  }
}

const mill = part((s) => s.plant.id);

let timer = 0;
effect(() => {
  const body = { toml: text.value, plant: plant.value };
  clearTimeout(timer);
  if (body.toml && body.plant) timer = window.setTimeout(() => void ask(body), WAIT_MS);
});

async function ask(body: { toml: string; plant: string }): Promise<void> {
  const isNewest = () => body.toml === text.peek() && body.plant === plant.peek();
  try {
    const found = await call<Check>("POST", "workshop/check", body);
    if (isNewest()) answer.value = { ...found, text: body.toml };
    checkProblem.value = "";
  } catch (error) {
    if (isNewest()) checkProblem.value = reasonsOf(error).join(" ");
  }
}

/** Ask again after the server could not be asked. */
export function askAgain(): void {
  void (plant.peek() ? ask({ toml: text.peek(), plant: plant.peek() }) : readPlants());
}

// A draft outlives a reload of the page, not the window.

interface Kept {
  text: string;
  fileName: string;
  opened: Opened | null;
}

function restore(): void {
  try {
    const kept: Partial<Kept> = JSON.parse(sessionStorage.getItem(KEPT_AS) ?? "{}");
    batch(() => {
      text.value = kept.text ?? "";
      fileName.value = kept.fileName ?? "";
      opened.value = kept.opened ?? null;
    });
  } catch {
    // What was kept is not readable: begin with nothing.
  }
}

restore();
effect(() => {
  const kept: Kept = { text: text.value, fileName: fileName.value, opened: opened.value };
  try {
    sessionStorage.setItem(KEPT_AS, JSON.stringify(kept));
  } catch {
    // Without storage the draft lives as long as the page.
  }
});

// The versions in the recipe library, and the steps that lead from a draft to approved and retired.

import { computed, signal } from "@preact/signals";
import { call, newId, Refusal, reasonsOf } from "../../api";
import { goTo } from "../../frame/route";
import { withProof } from "../../live/account";
import { person } from "../../live/store";
import type { CommandAnswer } from "../../types";
import { open, text } from "./draft";
import { savedName } from "./files";
import { jobs } from "./jobs";

export interface Step {
  seq: number;
  utc: string;
  text: string;
  data: { reason?: string };
}

export interface Version {
  id: string;
  version: number;
  title: string;
  author: string;
  /** Empty for one that comes with the product. */
  saved_by: string;
  sha256: string;
  status: "draft" | "in review" | "approved" | "rejected" | "retired";
  /** The status in words, for the plant file of this mill. */
  standing: string;
  approved: boolean;
  packaged: boolean;
  used_in: string;
  steps: Step[];
}

// The record is written a moment after the command was taken.
const WRITTEN_MS = 500;

export const versions = signal<Version[] | null>(null);
export const libraryProblem = signal("");
/** What a step said when it was refused, or that it was done. */
export const told = signal<string[]>([]);

const chosenKey = signal("");
export const chosen = computed(() => versions.value?.find((one) => keyOf(one) === chosenKey.value));

/** The jobs that were begun as evidence for a version, by its key. */
const begun = signal<Record<string, { dry_run: string; fault_matrix: string }>>({});

/** The jobs of the evidence for a version, as they are now. */
export function evidenceOf(of: Version) {
  const ids = begun.value[keyOf(of)];
  const find = (id: string | undefined) => jobs.value?.find((job) => job.id === id);
  return { ids, jobs: [find(ids?.dry_run), find(ids?.fault_matrix)].filter((job) => !!job) };
}

/** What names a version. */
export function keyOf({ id, version }: Version): string {
  return `${id} v${version}`;
}

/** Whether the person here has one of these roles. */
export function has(...roles: string[]): boolean {
  return roles.some((role) => person.value?.roles.includes(role));
}

/** Look at one version. */
export function choose(of: Version | null): void {
  chosenKey.value = of ? keyOf(of) : "";
  told.value = [];
}

/** Read the library. Without a controller there is none. */
export async function readLibrary(): Promise<void> {
  try {
    versions.value = await call<Version[]>("GET", "library");
    libraryProblem.value = "";
  } catch (error) {
    libraryProblem.value = reasonsOf(error).join(" ");
  }
}

const pathOf = ({ id, version }: Version) => `library/${encodeURIComponent(id)}/${version}`;

/** The text of a version. */
export async function textOf(of: Version): Promise<string> {
  return (await call<{ recipe_toml: string }>("GET", pathOf(of))).recipe_toml;
}

/** Put the text of a version into the editor. */
export async function edit(of: Version): Promise<void> {
  try {
    open(`${of.id}-v${of.version}.toml`, await textOf(of));
    goTo("recipes", "write");
  } catch (error) {
    told.value = reasonsOf(error);
  }
}

/** Take one step with a version. Resolves with whether it was accepted. */
export async function step(of: Version, name: string, more: object = {}): Promise<boolean> {
  return give(`${pathOf(of)}/${name}`, { id: newId(), sha256: of.sha256, ...more });
}

/** Save the editor's text as a draft. Resolves with whether it was accepted. */
export async function saveDraft(): Promise<boolean> {
  return give("library", { id: newId(), toml: text.peek(), name: savedName() });
}

async function give(path: string, body: object): Promise<boolean> {
  told.value = [];
  try {
    const answer = await withProof(() => call<CommandAnswer>("POST", path, body));
    if (!answer.accepted) throw new Refusal(409, answer.reasons);
    setTimeout(() => void readLibrary(), WRITTEN_MS);
    return true;
  } catch (error) {
    told.value = reasonsOf(error);
    return false;
  }
}

/** Begin the dry run and the fault matrix that an approval rests on. */
export async function gatherEvidence(of: Version): Promise<void> {
  told.value = [];
  try {
    const ids = await call<{ dry_run: string; fault_matrix: string }>(
      "POST",
      `${pathOf(of)}/evidence`,
      {},
    );
    begun.value = { ...begun.peek(), [keyOf(of)]: ids };
  } catch (error) {
    told.value = reasonsOf(error);
  }
}

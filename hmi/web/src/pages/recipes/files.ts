// Recipes as files of the computer that the page is on.

import { signal } from "@preact/signals";
import { goTo } from "../../frame/route";
import { recipeStrings } from "../../strings/recipes";
import { fileName, open, TEXT_MAX, text } from "./draft";

export const importProblem = signal("");

/** Put a file into the editor. */
export async function importFile(file: File): Promise<void> {
  importProblem.value = "";
  const read = file.size <= TEXT_MAX ? await file.text() : "";
  if (!read) {
    importProblem.value = recipeStrings.write.tooLong;
    return;
  }
  open(file.name, read.replaceAll("\r\n", "\n"));
  goTo("recipes", "write");
}

/** The name under which the text is saved and simulated. */
export function savedName(): string {
  const name = fileName
    .peek()
    .trim()
    .replace(/[^\w.-]/g, "-")
    .replace(/^[^A-Za-z0-9]+/, "");
  const stem = name.replace(/\.toml$/, "").slice(0, 50) || "recipe";
  return `${stem}.toml`;
}

/** Hand the text to the browser as a file. */
export function saveFile(): void {
  if (!text.peek()) return;
  const address = URL.createObjectURL(new Blob([text.peek()], { type: "application/toml" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = savedName();
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

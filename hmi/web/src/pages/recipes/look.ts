// The place of the text that a person is busy with, wherever on the page they are.

import { signal } from "@preact/signals";
import { tables } from "./draft";

/** The line that a field of the form stands for; 0 for none. */
export const lookedAt = signal(0);

let area: HTMLTextAreaElement | null = null;

/** The text field, once it is on the page. */
export function setArea(element: HTMLTextAreaElement | null): void {
  area = element;
}

/** Show the line of a key in the text. */
export function lookAt(table: string, key: string): void {
  const found = tables.peek().find(({ name }) => name === table);
  lookedAt.value = found?.entries.find((entry) => entry.key === key)?.line ?? found?.line ?? 0;
  scrollTo(lookedAt.peek());
}

/** Put the cursor into a line of the text, all of it chosen. */
export function goToLine(line: number): void {
  if (!area) return;
  const rows = area.value.split("\n");
  const from = rows.slice(0, line - 1).reduce((sum, row) => sum + row.length + 1, 0);
  area.focus();
  area.setSelectionRange(from, from + (rows[line - 1]?.length ?? 0));
  scrollTo(line);
}

/** Put the cursor where the text differs from what it was before. */
export function showChange(before: string, after: string): void {
  let end = after.length;
  for (let was = before.length; end > 0 && was > 0 && before[was - 1] === after[end - 1]; was--)
    end--;
  setTimeout(() => {
    area?.setSelectionRange(end, end);
    scrollTo(after.slice(0, end).split("\n").length);
  });
}

function scrollTo(line: number): void {
  if (!area || line < 1) return;
  const height = Number.parseFloat(getComputedStyle(area).lineHeight);
  const top = (line - 1) * height;
  const seen = top >= area.scrollTop && top + height <= area.scrollTop + area.clientHeight;
  if (!seen) area.scrollTop = Math.max(0, top - area.clientHeight / 2);
}

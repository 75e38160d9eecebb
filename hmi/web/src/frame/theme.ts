// Light or dark: as the computer has it, until a person chooses; the choice stays in this browser.

import { effect, signal } from "@preact/signals";

export const THEMES = ["auto", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

const KEY = "blademill.theme";
const system = matchMedia("(prefers-color-scheme: dark)");
const systemDark = signal(system.matches);
system.addEventListener("change", () => {
  systemDark.value = system.matches;
});

export const theme = signal<Theme>(stored());
/** Counts as changed whenever drawn colors have to be drawn anew. */
export const isDark = signal(false);

effect(() => {
  const wanted = theme.value;
  isDark.value = wanted === "dark" || (wanted === "auto" && systemDark.value);
  document.documentElement.dataset.theme = wanted;
});

/** Take the next theme, and remember it. */
export function nextTheme(): void {
  const at = THEMES.indexOf(theme.peek());
  theme.value = THEMES[(at + 1) % THEMES.length] ?? "auto";
  try {
    localStorage.setItem(KEY, theme.peek());
  } catch {
    // A browser that keeps nothing still shows the theme.
  }
}

function stored(): Theme {
  try {
    const kept = localStorage.getItem(KEY);
    return THEMES.find((known) => known === kept) ?? "auto";
  } catch {
    return "auto";
  }
}

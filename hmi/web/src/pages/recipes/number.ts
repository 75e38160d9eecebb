/** A number that a person typed; null when it is none. */
export function numberIn(typed: string): number | null {
  const number = Number(typed.trim().replace(",", "."));
  return typed.trim() !== "" && Number.isFinite(number) ? number : null;
}

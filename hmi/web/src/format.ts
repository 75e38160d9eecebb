// Numbers and times as people read them. A value that is not there is a dash, never a number.

export const DASH = "–";

/** A number with fixed decimals and thin grouping above 9999. */
export function fixed(value: number | null | undefined, decimals: number): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return DASH;
  const text = Math.abs(value).toFixed(decimals);
  const [whole = "", rest] = text.split(".");
  const grouped = whole.length > 4 ? whole.replace(/\B(?=(\d{3})+$)/g, "\u202f") : whole;
  const sign = value < 0 && Number(text) !== 0 ? "\u2212" : "";
  return sign + grouped + (rest ? `.${rest}` : "");
}

/** A number with about `digits` significant figures, without an exponent. */
export function significant(value: number | null | undefined, digits = 3): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return DASH;
  if (value === 0) return "0";
  const decimals = Math.max(0, digits - 1 - Math.floor(Math.log10(Math.abs(value))));
  return fixed(value, Math.min(decimals, 6));
}

const RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** A number of two figures times a power of ten. */
export function scientific(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return DASH;
  if (value === 0) return "0";
  const [figures = "", power = "0"] = Math.abs(value).toExponential(1).split("e");
  const raised = [...String(Math.abs(Number(power)))].map((digit) => RAISED[Number(digit)]);
  const sign = value < 0 ? "\u2212" : "";
  return `${sign}${figures}×10${Number(power) < 0 ? "⁻" : ""}${raised.join("")}`;
}

/** The shortest text of a setting, such as a speed factor or a weight share. */
export function plain(value: number): string {
  return String(Number(value.toFixed(4)));
}

/** A duration as m:ss or h:mm:ss. */
export function duration(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) return DASH;
  const whole = Math.floor(Math.abs(seconds));
  const two = (part: number) => String(part).padStart(2, "0");
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  const tail = `${hours ? two(minutes) : minutes}:${two(whole % 60)}`;
  return (seconds < 0 ? "\u2212" : "") + (hours ? `${hours}:${tail}` : tail);
}

const clock = new Intl.DateTimeFormat(undefined, {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
});
const date = new Intl.DateTimeFormat("sv-SE", { dateStyle: "short" });
const zone = new Intl.DateTimeFormat("en", { timeZoneName: "short" });

/** Local time of day of an instant. */
export function timeOfDay(instant: string | number): string {
  const when = new Date(instant);
  return Number.isNaN(when.getTime()) ? DASH : clock.format(when);
}

/** Local date of an instant, as year-month-day. */
export function dateOf(instant: string | number): string {
  const when = new Date(instant);
  return Number.isNaN(when.getTime()) ? DASH : date.format(when);
}

/** The short name of the local time zone. */
export function zoneName(): string {
  const parts = zone.formatToParts(new Date());
  return parts.find((piece) => piece.type === "timeZoneName")?.value ?? "";
}

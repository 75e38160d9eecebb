// Where things stand in a recipe's text, and small changes that leave everything else as it is.
//
// It knows the part of TOML that recipes are written in: tables, phases, and one `key = value` a
// line. What is right is decided by the server, which reads the same text as the command line does.

export type Value = string | number | boolean;

/** One `key = value`: `from` to `to` is the value in the text, `line` counts from 1. */
export interface Entry {
  key: string;
  line: number;
  from: number;
  to: number;
  value: Value | null;
}

/** A table; `name` is "core", or "phases[0]" for the first of `[[phases]]`. */
export interface Table {
  name: string;
  line: number;
  from: number;
  /** Where its header line begins, with the comments that lie on it. */
  top: number;
  entries: Entry[];
}

const HEADER = /^[ \t]*(\[\[?)[ \t]*([\w-]+)[ \t]*\]\]?[ \t]*(?:#.*)?$/;
const PAIR = /^([ \t]*([\w-]+)[ \t]*=[ \t]*)\S/;
const BASIC = /"(?:[^"\\\n]|\\.)*"/y;
const LITERAL = /'[^'\n]*'/y;
const BARE = /[^#\n]*/y;

/** Every table of the text with its entries, in their order. */
export function tablesOf(text: string): Table[] {
  const tables: Table[] = [];
  const counted = new Map<string, number>();
  let at = 0;
  let line = 1;
  let top = 0;
  while (at < text.length) {
    const row = lineAt(text, at);
    const header = HEADER.exec(row);
    let end = at + row.length;
    if (header) {
      tables.push({ name: nameOf(header, counted), line, from: at, top, entries: [] });
    } else {
      const entry = entryAt(text, at, row, line);
      if (entry) {
        tables.at(-1)?.entries.push(entry);
        end = Math.max(end, endOfLine(text, entry.to));
      }
    }
    line += 1 + newlines(text, at, end);
    if (!/^[ \t]*#/.test(row)) top = end + 1;
    at = end + 1;
  }
  return tables;
}

function nameOf([, bracket, name = ""]: RegExpExecArray, counted: Map<string, number>): string {
  if (bracket !== "[[") return name;
  const index = counted.get(name) ?? 0;
  counted.set(name, index + 1);
  return `${name}[${index}]`;
}

function entryAt(text: string, at: number, row: string, line: number): Entry | null {
  const pair = PAIR.exec(row);
  if (!pair) return null;
  const from = at + (pair[1]?.length ?? 0);
  const to = valueEnd(text, from);
  return { key: pair[2] ?? "", line, from, to, value: parsed(text.slice(from, to)) };
}

function valueEnd(text: string, from: number): number {
  for (const quotes of ['"""', "'''"]) {
    if (!text.startsWith(quotes, from)) continue;
    const close = text.indexOf(quotes, from + 3);
    return close < 0 ? text.length : close + 3;
  }
  const kind = { '"': BASIC, "'": LITERAL }[text[from] ?? ""] ?? BARE;
  kind.lastIndex = from;
  const found = kind.exec(text)?.[0] ?? lineAt(text, from);
  return from + found.trimEnd().length;
}

function parsed(raw: string): Value | null {
  if (raw.startsWith('"""')) return unescaped(raw.slice(3, -3).replace(/^\r?\n/, ""));
  if (raw.startsWith("'")) return raw.replace(/^'''\n?|^'|'''$|'$/g, "");
  if (raw.startsWith('"')) return unescaped(raw.slice(1, -1));
  if (raw === "true" || raw === "false") return raw === "true";
  const number = Number(raw.replaceAll("_", ""));
  return raw !== "" && Number.isFinite(number) ? number : null;
}

const ESCAPES: Record<string, string> = { n: "\n", t: "\t", r: "\r", b: "\b", f: "\f" };

function unescaped(text: string): string {
  return text
    .replace(/\\\n\s*/g, "")
    .replace(/\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))/g, (all, four, eight, one) => {
      if (one) return ESCAPES[one] ?? one;
      const code = Number.parseInt(four ?? eight, 16);
      return code <= 0x10ffff ? String.fromCodePoint(code) : all;
    });
}

/** A value as TOML writes it. A number that may have a fraction always shows one. */
export function written(value: Value, whole = false): string {
  if (typeof value === "string") return value.includes("\n") ? multiLine(value) : basic(value);
  if (typeof value === "boolean" || whole) return String(value);
  const text = String(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
}

function basic(text: string): string {
  return JSON.stringify(text).replaceAll("\x7f", "\\u007f");
}

function multiLine(text: string): string {
  const safe = text.split("\n").map((row) => basic(row).slice(1, -1));
  return `"""\n${safe.join("\n")}"""`;
}

/** The text with `key` of `table` set; `to` is the value as TOML writes it. */
export function withValue(text: string, table: string, key: string, to: string): string {
  const tables = tablesOf(text);
  const found = tables.find(({ name }) => name === table);
  if (!found) return `${ended(text)}\n[${table}]\n${key} = ${to}\n`;
  const entry = found.entries.find((one) => one.key === key);
  if (entry) return text.slice(0, entry.from) + to + text.slice(entry.to);
  const at = endOfLine(text, found.entries.at(-1)?.to ?? found.from);
  return `${text.slice(0, at)}\n${key} = ${to}${text.slice(at) || "\n"}`;
}

/** The text without the line of `key` in `table`. */
export function withoutKey(text: string, table: string, key: string): string {
  const found = tablesOf(text).find(({ name }) => name === table);
  const entry = found?.entries.find((one) => one.key === key);
  if (!entry) return text;
  const begin = text.lastIndexOf("\n", entry.from) + 1;
  return text.slice(0, begin) + text.slice(endOfLine(text, entry.to) + 1);
}

/** The text with a copy of a phase behind it. */
export function withCopy(text: string, index: number): string {
  const blocks = blocksOf(text);
  const block = blocks.phases[index];
  if (!block) return text;
  const copy = ended(block.slice(block.search(/^[ \t]*\[\[/m)).trimEnd());
  return joined({ ...blocks, phases: spliced(blocks.phases, index + 1, 0, `${copy}\n`) });
}

/** The text with one more phase at the end: every key there, and 0 where a number is to be given. */
export function withPhase(text: string, lines: readonly string[]): string {
  return `${ended(text)}\n[[phases]]\n${lines.join("\n")}\n`;
}

/** The text without a phase. */
export function withoutPhase(text: string, index: number): string {
  const blocks = blocksOf(text);
  return joined({ ...blocks, phases: spliced(blocks.phases, index, 1) });
}

/** The text with a phase before the one that it followed. */
export function withPhaseUp(text: string, index: number): string {
  const blocks = blocksOf(text);
  const [block] = blocks.phases.slice(index, index + 1);
  if (!block || index < 1) return text;
  const rest = spliced(blocks.phases, index, 1);
  return joined({ ...blocks, phases: spliced(rest, index - 1, 0, block) });
}

function spliced(list: string[], at: number, drop: number, ...more: string[]): string[] {
  return [...list.slice(0, at), ...more, ...list.slice(at + drop)];
}

interface Blocks {
  head: string;
  phases: string[];
}

/** What lies before the phases, and each phase with the comments on it up to the next table. */
function blocksOf(text: string): Blocks {
  const tables = tablesOf(text);
  const tops = tables.map(({ top }) => top);
  const first = tables.findIndex(({ name }) => name.startsWith("phases["));
  if (first < 0) return { head: text, phases: [] };
  const phases = tables
    .slice(first)
    .map((_, i) => text.slice(tops[first + i], tops[first + i + 1]));
  return { head: text.slice(0, tops[first]), phases };
}

function joined({ head, phases }: Blocks): string {
  return (
    head + phases.map((block, i) => (i < phases.length - 1 ? spaced(block) : ended(block))).join("")
  );
}

function spaced(block: string): string {
  return block.endsWith("\n\n") ? block : `${ended(block)}\n`;
}

function ended(text: string): string {
  return text === "" || text.endsWith("\n") ? text : `${text}\n`;
}

function lineAt(text: string, at: number): string {
  return text.slice(at, endOfLine(text, at)).replace(/\r$/, "");
}

function endOfLine(text: string, at: number): number {
  const end = text.indexOf("\n", at);
  return end < 0 ? text.length : end;
}

function newlines(text: string, from: number, to: number): number {
  let count = 0;
  for (let at = text.indexOf("\n", from); at >= 0 && at < to; at = text.indexOf("\n", at + 1))
    count++;
  return count;
}

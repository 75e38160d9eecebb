// Requests to the page's own server, and the one form in which they are refused.

import { strings } from "./strings";

const ANSWER_MS = 4000;
// A batch of a week is read through first.
export const RECORD_MS = 25_000;
// Each is given up by the server after five minutes, and others may be made first.
const FILE_MS = 1_800_000;

/** The server said no, or did not answer (`status` is 0 then). The reasons are for the person. */
export class Refusal extends Error {
  readonly status: number;
  readonly reasons: string[];
  /** The page server's word for why, such as "locked" or "proof". */
  readonly code: string;

  constructor(status: number, reasons: string[], code = "") {
    super(reasons.join(" "));
    this.status = status;
    this.reasons = reasons;
    this.code = code;
  }
}

/** One request. Resolves with the JSON answer (null when there is none); rejects with a Refusal. */
export async function call<T>(
  method: string,
  path: string,
  body?: unknown,
  patienceMs = ANSWER_MS,
): Promise<T> {
  const reply = await send(method, path, body, patienceMs);
  if (!reply.ok) throw await refusalIn(reply);
  return (reply.status === 204 ? null : await reply.json().catch(() => null)) as T;
}

/** What the server makes as a file, which takes it a while; rejects with a Refusal. */
export async function file(path: string): Promise<Blob> {
  const reply = await send("GET", path, undefined, FILE_MS);
  if (!reply.ok) throw await refusalIn(reply);
  return reply.blob();
}

async function refusalIn(reply: Response): Promise<Refusal> {
  const answer: unknown = await reply.json().catch(() => null);
  const reasons = reasonsIn(answer) ?? [strings.errors.status(reply.status)];
  return new Refusal(reply.status, reasons, codeIn(answer));
}

async function send(
  method: string,
  path: string,
  body: unknown,
  patienceMs: number,
): Promise<Response> {
  const request: RequestInit = { method, signal: AbortSignal.timeout(patienceMs) };
  if (body !== undefined) {
    request.headers = { "Content-Type": "application/json" };
    request.body = JSON.stringify(body);
  }
  try {
    return await fetch(`/api/${path}`, request);
  } catch {
    throw new Refusal(0, [strings.errors.unreachable]);
  }
}

// The page's server gives one text; the controller, whose answers it hands on, gives reasons.
function reasonsIn(answer: unknown): string[] | null {
  if (typeof answer !== "object" || answer === null) return null;
  if ("text" in answer && typeof answer.text === "string") return [answer.text];
  if ("reasons" in answer && Array.isArray(answer.reasons)) return answer.reasons.map(String);
  return null;
}

function codeIn(answer: unknown): string {
  const found = typeof answer === "object" && answer !== null && "error" in answer;
  return found && typeof answer.error === "string" ? answer.error : "";
}

/** What to tell a person about anything that was thrown. */
export function reasonsOf(error: unknown): string[] {
  return error instanceof Refusal ? error.reasons : [strings.errors.unexpected];
}

/** A random UUID (version 4). `crypto.randomUUID` is missing where the page comes without TLS. */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

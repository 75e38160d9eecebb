import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { call, reasonsOf } from "../api";
import { refreshPerson } from "../live/stream";
import { strings } from "../strings";
import { accountStrings as say } from "../strings/accounts";

const NAME = /^[\p{L}\p{N}_][\p{L}\p{N}_ .,'’-]{0,39}$/u;
const LEAST_SIGNS = 12;

interface Props {
  title: string;
  lead?: string;
  submit: string;
  /** Where the fields go; what they are called is what they are called there. */
  path: "session" | "setup" | "enroll";
  children: ComponentChildren;
  foot?: ComponentChildren;
}

/** A form that signs somebody in. */
export function EntryForm({ title, lead, submit, path, children, foot }: Props) {
  const problem = useSignal("");
  const busy = useSignal(false);
  const form = useRef<HTMLFormElement>(null);
  const id = useId();
  useEffect(() => form.current?.querySelector("input")?.focus(), []);
  const send = async (fields: Record<string, string>) => {
    problem.value = whatIsMissing(fields, path !== "session");
    if (problem.value) return;
    busy.value = true;
    try {
      await call("POST", path, fields);
      await refreshPerson();
    } catch (error) {
      problem.value = reasonsOf(error).join(" ");
    }
    busy.value = false;
  };
  return (
    <main class="signin">
      <form
        ref={form}
        class="signin-card"
        aria-describedby={id}
        onSubmit={(event) => {
          event.preventDefault();
          void send(fieldsOf(event.currentTarget));
        }}
      >
        <p class="signin-product">{strings.product}</p>
        <h1>{title}</h1>
        {lead && <p class="dim">{lead}</p>}
        {children}
        <p id={id} class={problem.value ? "problem" : "problem unseen"} role="alert">
          {problem}
        </p>
        <button type="submit" class="primary" disabled={busy.value}>
          {busy.value ? say.busy : submit}
        </button>
        {foot}
      </form>
    </main>
  );
}

/** The texts of a form; blanks around a password belong to it. */
export function fieldsOf(form: HTMLFormElement): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [key, value] of new FormData(form)) {
    const text = String(value);
    found[key] = ["password", "old", "new"].includes(key) ? text : text.trim();
  }
  return found;
}

function whatIsMissing(fields: Record<string, string>, isNew: boolean): string {
  const { name = "", password = "", code } = fields;
  if (!name) return say.nameMissing;
  if (!NAME.test(name)) return say.nameShape;
  if (code === "") return say.codeMissing;
  if (!password) return say.passwordMissing;
  return isNew && [...password].length < LEAST_SIGNS ? say.passwordShort : "";
}

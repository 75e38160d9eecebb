import { signal } from "@preact/signals";
import { useEffect, useId, useRef } from "preact/hooks";
import { call, reasonsOf } from "../api";
import { refreshPerson } from "../live/stream";
import { strings } from "../strings";

const problem = signal("");
const busy = signal(false);
const NAME = /^[\p{L}\p{N}_][\p{L}\p{N}_ .,'’-]{0,39}$/u;

async function signIn(name: string, code: string): Promise<void> {
  problem.value = whatIsMissing(name, code);
  if (problem.value) return;
  busy.value = true;
  try {
    await call("POST", "session", { name, code });
    await refreshPerson();
  } catch (error) {
    problem.value = reasonsOf(error).join(" ");
  } finally {
    busy.value = false;
  }
}

function whatIsMissing(name: string, code: string): string {
  if (!name) return strings.signIn.nameMissing;
  if (!NAME.test(name)) return strings.signIn.nameShape;
  return code ? "" : strings.signIn.codeMissing;
}

/** A person's name and the code of the console. */
export function SignIn() {
  const form = useRef<HTMLFormElement>(null);
  const ids = { name: useId(), code: useId(), problem: useId() };
  useEffect(() => form.current?.querySelector("input")?.focus(), []);
  return (
    <main class="signin">
      <form
        ref={form}
        class="signin-card"
        aria-describedby={ids.problem}
        onSubmit={(event) => {
          event.preventDefault();
          const data = new FormData(event.currentTarget);
          const text = (field: string) => String(data.get(field) ?? "").trim();
          void signIn(text("name"), text("code"));
        }}
      >
        <p class="signin-product">{strings.product}</p>
        <h1>{strings.signIn.title}</h1>
        <p class="dim">{strings.signIn.lead}</p>
        <div class="field">
          <label for={ids.name}>{strings.signIn.name}</label>
          <span class="input">
            <input id={ids.name} name="name" autocomplete="name" maxLength={40} />
          </span>
        </div>
        <div class="field">
          <label for={ids.code}>{strings.signIn.code}</label>
          <span class="input">
            <input
              id={ids.code}
              name="code"
              class="code"
              autocomplete="one-time-code"
              autocapitalize="characters"
              spellcheck={false}
              maxLength={16}
            />
          </span>
          <small class="dim">{strings.signIn.codeHint}</small>
        </div>
        <p id={ids.problem} class={problem.value ? "problem" : "problem unseen"} role="alert">
          {problem}
        </p>
        <button type="submit" class="primary" disabled={busy.value}>
          {busy.value ? strings.signIn.busy : strings.signIn.submit}
        </button>
      </form>
    </main>
  );
}

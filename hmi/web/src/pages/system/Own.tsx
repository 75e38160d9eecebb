import { signal, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { call, reasonsOf } from "../../api";
import { fieldsOf } from "../../entry/EntryForm";
import { duration } from "../../format";
import { withProof } from "../../live/account";
import { refreshPerson } from "../../live/stream";
import { Panel } from "../../parts/Panel";
import { TextField } from "../../parts/TextField";
import { accountStrings as say } from "../../strings/accounts";
import { Factor } from "./Factor";

interface Open {
  id: string;
  source: string;
  own: boolean;
  open_s: number;
}

const sessions = signal<Open[]>([]);

async function read(): Promise<void> {
  sessions.value = await call<Open[]>("GET", "sessions").catch(() => []);
}

async function end(path: string): Promise<void> {
  await withProof(() => call("DELETE", path)).catch(() => undefined);
  await read();
}

/** One's own password and second factor, and the pages at which one is signed in. */
export function Own() {
  useEffect(() => void read(), []);
  return (
    <Panel title={say.own.title} area="own">
      <PasswordForm />
      <Factor onChanged={read} />
      <h3 class="sub">{say.own.sessions}</h3>
      <ul class="sessions">
        {sessions.value.map((one) => (
          <li key={one.id}>
            <span>
              {say.own.from(one.source, duration(one.open_s))}
              {one.own && <b> {say.own.here}</b>}
            </span>
            {!one.own && (
              <button type="button" class="small" onClick={() => void end(`sessions/${one.id}`)}>
                {say.own.end}
              </button>
            )}
          </li>
        ))}
      </ul>
      {sessions.value.length > 1 && (
        <button type="button" class="small" onClick={() => void end("sessions")}>
          {say.own.endOthers}
        </button>
      )}
    </Panel>
  );
}

function PasswordForm() {
  const said = useSignal("");
  const round = useSignal(0);
  const change = async (form: HTMLFormElement) => {
    const { old = "", new: next = "" } = fieldsOf(form);
    try {
      await withProof(() => call("POST", "password", { old, new: next }));
      round.value += 1;
      said.value = say.own.changed;
      await refreshPerson();
      await read();
    } catch (error) {
      said.value = reasonsOf(error).join(" ");
    }
  };
  return (
    <form
      key={round.value}
      class="stack"
      onSubmit={(event) => {
        event.preventDefault();
        void change(event.currentTarget);
      }}
    >
      <TextField
        name="old"
        label={say.oldPassword}
        kind="password"
        autocomplete="current-password"
      />
      <TextField
        name="new"
        label={say.newPassword}
        hint={say.passwordHint}
        kind="password"
        autocomplete="new-password"
      />
      <p class={said.value ? "problem" : "problem unseen"} role="status">
        {said}
      </p>
      <button type="submit">{say.own.change}</button>
    </form>
  );
}

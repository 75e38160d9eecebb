import { signal, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { call, reasonsOf } from "../../api";
import { dateOf, timeOfDay } from "../../format";
import { withProof } from "../../live/account";
import { person } from "../../live/store";
import { refreshPerson } from "../../live/stream";
import { Panel } from "../../parts/Panel";
import { TextField } from "../../parts/TextField";
import { strings } from "../../strings";
import { accountStrings } from "../../strings/accounts";
import { RoleTicks } from "./RoleTicks";

const say = accountStrings.people;

interface User {
  name: string;
  roles: string[];
  disabled: boolean;
  has_password: boolean;
  signed_in_utc: string;
  password_utc: string;
  factor_utc: string;
  sessions: number;
}

const users = signal<User[]>([]);
const problem = signal("");
const handedOut = signal<{ name: string; code: string } | null>(null);
const opened = signal("");

async function read(): Promise<void> {
  users.value = await call<User[]>("GET", "users");
}

/** Do one change, then show how things are now. */
async function act<T>(work: () => Promise<T>): Promise<T | null> {
  problem.value = "";
  handedOut.value = null;
  try {
    const answer = await withProof(work);
    await refreshPerson();
    if (person.peek()) await read();
    return answer;
  } catch (error) {
    problem.value = reasonsOf(error).join(" ");
    return null;
  }
}

async function handOut(name: string, work: () => Promise<{ code: string }>): Promise<void> {
  const answer = await act(work);
  if (answer) handedOut.value = { name, code: answer.code };
}

const pathOf = (name: string) => `users/${encodeURIComponent(name)}`;

/** Everybody who has an account, for administrators. */
export function Users() {
  useEffect(() => {
    read().catch((error) => {
      problem.value = reasonsOf(error).join(" ");
    });
    return () => {
      handedOut.value = null;
    };
  }, []);
  return (
    <Panel title={say.title} area="people">
      <p class="dim">{say.lead}</p>
      {handedOut.value && (
        <div class="handed-out" role="status">
          <p>{say.code(handedOut.value.name)}</p>
          <output class="code">{handedOut.value.code}</output>
          <p class="dim">{say.codeNote}</p>
        </div>
      )}
      <p class={problem.value ? "problem" : "problem unseen"} role="alert">
        {problem}
      </p>
      <ul class="people">
        {users.value.map((user) => (
          <Person key={user.name} user={user} />
        ))}
      </ul>
      <AddForm />
    </Panel>
  );
}

function Person({ user }: { user: User }) {
  const isOpen = opened.value === user.name;
  const seen = user.signed_in_utc;
  return (
    <li class={user.disabled ? "person person-disabled" : "person"} data-person={user.name}>
      <div class="person-line">
        <b>{user.name}</b>
        <span>{user.roles.map((role) => strings.roles[role] ?? role).join(", ")}</span>
        <small>
          {user.disabled
            ? say.disabled
            : user.sessions
              ? say.signedIn
              : user.has_password
                ? `${say.lastSeen}: ${seen ? `${dateOf(seen)} ${timeOfDay(seen)}` : say.never}`
                : say.waiting}
        </small>
        <button
          type="button"
          class="small"
          aria-expanded={isOpen}
          onClick={() => {
            opened.value = isOpen ? "" : user.name;
          }}
        >
          {isOpen ? say.cancel : say.change}
          <span class="unseen">: {user.name}</span>
        </button>
      </div>
      {isOpen && <Change user={user} />}
    </li>
  );
}

function Change({ user }: { user: User }) {
  const roles = useSignal(user.roles);
  const patch = (change: object) => void act(() => call("PATCH", pathOf(user.name), change));
  return (
    <div class="person-change">
      <RoleTicks roles={roles} />
      {user.password_utc && (
        <p class="dim">
          {say.passwordSince}: {dateOf(user.password_utc)}
        </p>
      )}
      {user.factor_utc && (
        <p class="dim">
          {say.factorSince}: {dateOf(user.factor_utc)}
        </p>
      )}
      <div class="buttons">
        <button
          type="button"
          class="small"
          disabled={roles.value.length === 0}
          onClick={() => patch({ roles: roles.value })}
        >
          {say.save}
        </button>
        <button
          type="button"
          class="small"
          onClick={() =>
            void handOut(user.name, () => call("POST", `${pathOf(user.name)}/code`, {}))
          }
        >
          {say.reset}
        </button>
        {user.factor_utc && (
          <button
            type="button"
            class="small"
            onClick={() => void act(() => call("DELETE", `${pathOf(user.name)}/factor`))}
          >
            {say.takeFactor}
          </button>
        )}
        <button type="button" class="small" onClick={() => patch({ disabled: !user.disabled })}>
          {user.disabled ? say.enable : say.disable}
        </button>
      </div>
    </div>
  );
}

function AddForm() {
  const roles = useSignal<string[]>(["operator"]);
  const round = useSignal(0);
  const add = async (form: HTMLFormElement) => {
    const name = String(new FormData(form).get("name") ?? "").trim();
    if (!name) {
      problem.value = accountStrings.nameShape;
      return;
    }
    if (roles.value.length === 0) {
      problem.value = say.noRole;
      return;
    }
    await handOut(name, () => call("POST", "users", { name, roles: roles.value }));
    if (!problem.peek()) round.value += 1;
  };
  return (
    <form
      key={round.value}
      class="stack add-person"
      onSubmit={(event) => {
        event.preventDefault();
        void add(event.currentTarget);
      }}
    >
      <h3 class="sub">{say.add}</h3>
      <TextField name="name" label={say.addName} />
      <RoleTicks roles={roles} />
      <button type="submit">{say.add}</button>
    </form>
  );
}

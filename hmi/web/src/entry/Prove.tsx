import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { reasonsOf } from "../api";
import { asking, proofEnded, sendProof } from "../live/account";
import { person } from "../live/store";
import { TextField } from "../parts/TextField";
import { accountStrings as say } from "../strings/accounts";
import { fieldsOf } from "./EntryForm";

/** Asks for the password again, over the page; hold, stop and abort stay free beside it. */
export function Prove() {
  return asking.value ? <Card why={asking.value} /> : null;
}

function Card({ why }: { why: "locked" | "proof" }) {
  const problem = useSignal("");
  const busy = useSignal(false);
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => form.current?.querySelector("input")?.focus(), []);
  const send = async (password: string) => {
    problem.value = password ? "" : say.passwordMissing;
    if (!password) return;
    busy.value = true;
    try {
      await sendProof(password);
    } catch (error) {
      problem.value = reasonsOf(error).join(" ");
    }
    busy.value = false;
  };
  return (
    <form
      ref={form}
      class="prove"
      aria-label={say.prove.title}
      onSubmit={(event) => {
        event.preventDefault();
        void send(fieldsOf(event.currentTarget).password ?? "");
      }}
      onKeyDown={(event) => {
        if (event.key === "Escape") proofEnded(false);
      }}
    >
      <h2>{say.prove.title}</h2>
      <p>
        {say.prove[why]} {say.prove.as(person.value?.name ?? "")}
      </p>
      <TextField
        name="password"
        label={say.password}
        kind="password"
        autocomplete="current-password"
      />
      <p class={problem.value ? "problem" : "problem unseen"} role="alert">
        {problem}
      </p>
      <div class="prove-foot">
        <button type="submit" class="primary" disabled={busy.value}>
          {busy.value ? say.busy : say.prove.submit}
        </button>
        <button type="button" class="quiet" onClick={() => proofEnded(false)}>
          {say.prove.cancel}
        </button>
      </div>
    </form>
  );
}

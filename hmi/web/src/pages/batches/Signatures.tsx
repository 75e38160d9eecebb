import { signal, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { call, newId, Refusal, reasonsOf } from "../../api";
import { fieldsOf } from "../../entry/EntryForm";
import { person } from "../../live/store";
import { Section } from "../../parts/Facts";
import { TextField } from "../../parts/TextField";
import { strings } from "../../strings";
import { accountStrings } from "../../strings/accounts";
import { batchStrings as say } from "../../strings/batches";
import type { CommandAnswer } from "../../types";
import { when } from "./Sections";
import { open } from "./store";
import type { BatchRecord, Entry } from "./types";

type Meaning = "performed" | "reviewed" | "released";
const MEANINGS: Meaning[] = ["performed", "reviewed", "released"];
const WRITTEN_MS = 400;

const asked = signal<Meaning | null>(null);

/** Who stands for this record: performed, reviewed, released, in this order. */
export function Signatures({ of }: { of: BatchRecord }) {
  const given = of.signatures ?? [];
  const next = MEANINGS.find((meaning) => !bySignature(given, meaning));
  return (
    <Section title={say.sections.signatures}>
      <ul class="signatures">
        {MEANINGS.map((meaning) => (
          <li key={meaning} data-signature={meaning}>
            <span>{say.meanings[meaning]}</span>
            <Given it={bySignature(given, meaning)} />
          </li>
        ))}
      </ul>
      {!of.ended_utc || !of.content ? (
        <p class="dim">{say.notOver}</p>
      ) : (
        next && <Signing of={of} meaning={next} />
      )}
    </Section>
  );
}

function bySignature(given: Entry[], meaning: Meaning): Entry | undefined {
  return given.filter((it) => it.data.meaning === meaning).at(-1);
}

function Given({ it }: { it: Entry | undefined }) {
  if (!it) return <span class="dim">{say.unsigned}</span>;
  return (
    <span>
      <b>{String(it.data.user)}</b>, {when(it.utc)}
      <small class="dim hash"> {String(it.data.statement)}</small>
    </span>
  );
}

function Signing({ of, meaning }: { of: BatchRecord; meaning: Meaning }) {
  const problem = useSignal<string[]>([]);
  const form = useRef<HTMLFormElement>(null);
  const isOpen = asked.value === meaning;
  useEffect(() => {
    if (isOpen) form.current?.querySelector("input")?.focus();
  }, [isOpen]);
  const sign = async (password: string) => {
    problem.value = password ? [] : [accountStrings.passwordMissing];
    if (!password) return;
    try {
      const answer = await call<CommandAnswer>(
        "POST",
        `batches/${encodeURIComponent(of.id)}/signatures`,
        {
          id: newId(),
          meaning,
          content_sha256: of.content?.sha256,
          through_seq: of.content?.through_seq,
          password,
        },
      );
      if (!answer.accepted) throw new Refusal(409, answer.reasons);
      asked.value = null;
      setTimeout(() => void open(of.id), WRITTEN_MS);
    } catch (error) {
      problem.value = reasonsOf(error);
    }
  };
  if (!isOpen)
    return (
      <button
        type="button"
        class="small"
        onClick={() => {
          asked.value = meaning;
        }}
      >
        {say.sign[meaning]}
      </button>
    );
  return (
    <form
      ref={form}
      class="stack"
      aria-label={say.sign[meaning]}
      onSubmit={(event) => {
        event.preventDefault();
        void sign(fieldsOf(event.currentTarget).password ?? "");
      }}
      onKeyDown={(event) => {
        if (event.key === "Escape") asked.value = null;
      }}
    >
      <p>
        <b>{say.sign[meaning]}</b>, {person.value?.name}. {say.signNote}
      </p>
      <TextField
        name="password"
        label={accountStrings.password}
        kind="password"
        autocomplete="current-password"
      />
      <div role="alert">
        {problem.value.map((text) => (
          <p key={text} class="problem">
            {text}
          </p>
        ))}
      </div>
      <div class="buttons">
        <button type="submit">{say.sign[meaning]}</button>
        <button
          type="button"
          class="quiet"
          onClick={() => {
            asked.value = null;
          }}
        >
          {strings.command.close}
        </button>
      </div>
    </form>
  );
}

import { computed, signal } from "@preact/signals";
import { command, underWay } from "../../live/commands";
import { roleMissing } from "../../live/permits";
import { live, person } from "../../live/store";
import { Events } from "../../parts/Events";
import { Choice, Field } from "../../parts/Field";
import { logStrings as say } from "../../strings/log";

type Kind = keyof typeof say.kinds;
type Topic = keyof typeof say.topics;

// What a person has begun to write stays while they look at something else.
const kind = signal<Kind>("comment");
const topic = signal<Topic>("note");
const text = signal("");
const to = signal("");

const missing = computed(() => {
  const role = roleMissing(kind.value);
  if (role) return role;
  if (kind.value === "comment") return text.value.trim() ? "" : say.textMissing;
  return to.value.trim() ? "" : say.toMissing;
});

async function submit(): Promise<void> {
  const said = text.peek().trim();
  const from = person.peek()?.name ?? "";
  if (kind.peek() === "comment") await command("comment", { text: said, topic: topic.peek() });
  else await command("handover", { from, to: to.peek().trim(), note: said });
  text.value = "";
  to.value = "";
}

/** What happened, and the place to add a sentence to it. */
export function Log() {
  return (
    <div class="log">
      <NoteForm />
      <div class="log-events">
        <Events />
      </div>
    </div>
  );
}

function NoteForm() {
  const enabled = live.value && missing.value === "";
  const comment = kind.value === "comment";
  return (
    <form
      class="note"
      onSubmit={(event) => {
        event.preventDefault();
        if (enabled) void submit();
      }}
    >
      <fieldset class="segments boxed" aria-label={say.what}>
        {(Object.keys(say.kinds) as Kind[]).map((name) => (
          <button
            key={name}
            type="button"
            aria-pressed={kind.value === name}
            onClick={() => {
              kind.value = name;
            }}
          >
            {say.kinds[name]}
          </button>
        ))}
      </fieldset>
      {comment ? <TopicField /> : <TakerField />}
      <Field
        label={comment ? say.text : say.note}
        name="note"
        class="note-text"
        longest={1000}
        value={text.value}
        onInput={(typed) => {
          text.value = typed;
        }}
      />
      <button
        type="submit"
        class={underWay(kind.value) ? "small pending" : "small"}
        aria-disabled={!enabled}
        title={missing.value}
      >
        {comment ? say.send : say.give}
      </button>
    </form>
  );
}

function TopicField() {
  return (
    <Choice
      label={say.topic}
      name="topic"
      value={topic.value}
      onChange={(name) => {
        topic.value = name as Topic;
      }}
    >
      {Object.entries(say.topics).map(([name, label]) => (
        <option key={name} value={name}>
          {label}
        </option>
      ))}
    </Choice>
  );
}

function TakerField() {
  return (
    <Field
      label={say.to}
      name="taker"
      longest={40}
      value={to.value}
      onInput={(typed) => {
        to.value = typed;
      }}
    />
  );
}

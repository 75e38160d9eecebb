import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { Panel } from "../../parts/Panel";
import { recipeStrings } from "../../strings/recipes";
import {
  askAgain,
  canRedo,
  canUndo,
  changed,
  check,
  checkProblem,
  fileName,
  opened,
  plant,
  plants,
  sound,
  text,
  upToDate,
} from "./draft";
import { Form } from "./Form";
import { importFile, importProblem, saveFile } from "./files";
import { has, saveDraft, told } from "./library";
import { Profile } from "./Profile";
import { ShellPanel } from "./ShellPanel";
import { historyKey, stepBack, Text } from "./Text";

const say = recipeStrings.write;

/** The editor: form and text of one recipe side by side, and what it would do and make. */
export function Write() {
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: undo works wherever one is in the editor
    <div class="write" onKeyDown={historyKey}>
      <Bar />
      <Panel title={say.form} area="recipe-form">
        <Form />
      </Panel>
      <Panel title={say.text} area="recipe-text" aside={<Verdict />}>
        <Text />
      </Panel>
      <div class="write-side">
        <Panel title={say.does} area="recipe-does">
          <Profile />
        </Panel>
        <ShellPanel />
      </div>
    </div>
  );
}

function Bar() {
  return (
    <div class="write-bar">
      <label class="write-name">
        <span class="unseen">{say.name}</span>
        <span class="input">
          <input
            name="file_name"
            maxLength={60}
            spellcheck={false}
            autocomplete="off"
            placeholder={say.name}
            value={fileName.value}
            onInput={({ currentTarget }) => {
              fileName.value = currentTarget.value;
            }}
          />
          <span class="unit">{changed.value || !opened.value ? say.changed : say.unchanged}</span>
        </span>
      </label>
      <Plant />
      <button type="button" aria-disabled={!canUndo.value} onClick={() => stepBack(false)}>
        {say.undo}
      </button>
      <button type="button" aria-disabled={!canRedo.value} onClick={() => stepBack(true)}>
        {say.redo}
      </button>
      <ImportButton />
      <button type="button" aria-disabled={!text.value} onClick={saveFile}>
        {say.save}
      </button>
      {has("author") && <SaveButton />}
      {importProblem.value && (
        <p class="problem" role="alert">
          {importProblem}
        </p>
      )}
    </div>
  );
}

/** Puts the text into the library as a draft, and says what became of that. */
function SaveButton() {
  const saved = useSignal("");
  return (
    <>
      <button
        type="button"
        aria-disabled={!sound.value}
        onClick={() => {
          const now = text.peek();
          if (sound.peek())
            void saveDraft().then((done) => {
              saved.value = done ? now : "";
            });
        }}
      >
        {recipeStrings.library.save}
      </button>
      {saved.value !== "" && saved.value === text.value && (
        <span role="status">{recipeStrings.library.saved}</span>
      )}
      {told.value.length > 0 && (
        <p class="problem" role="alert">
          {told.value.join("; ")}
        </p>
      )}
    </>
  );
}

/** The mill that the recipe is checked and tried for. */
export function Plant() {
  return (
    <label class="write-plant">
      <span class="dim">{say.plant}</span>
      <span class="input">
        <select
          name="plant"
          value={plant.value}
          onChange={({ currentTarget }) => {
            plant.value = currentTarget.value;
          }}
        >
          {plants.value.map((name) => (
            <option key={name} value={name}>
              {name.replace(/\.toml$/, "")}
            </option>
          ))}
        </select>
      </span>
    </label>
  );
}

/** Chooses a file of this computer and puts its text into the editor. */
export function ImportButton({ label = say.import }: { label?: string }) {
  const chooser = useRef<HTMLInputElement>(null);
  return (
    <>
      <button type="button" onClick={() => chooser.current?.click()}>
        {label}
      </button>
      <input
        ref={chooser}
        type="file"
        name="recipe_file"
        accept=".toml"
        hidden
        aria-label={label}
        onChange={({ currentTarget }) => {
          const [file] = currentTarget.files ?? [];
          if (file) void importFile(file);
          currentTarget.value = "";
        }}
      />
    </>
  );
}

function Verdict() {
  if (checkProblem.value) {
    return (
      <span role="alert">
        <b class="bad-word">{checkProblem}</b>{" "}
        <button type="button" class="small" onClick={askAgain}>
          {say.retry}
        </button>
      </span>
    );
  }
  if (!text.value) return null;
  const faults = check.value?.faults.length ?? 0;
  const word = upToDate.value ? (faults ? say.faults(faults) : say.sound) : say.checking;
  return (
    <span role="status" class="verdict" data-faults={upToDate.value ? faults : ""}>
      {faults && upToDate.value ? <b class="bad-word">{word}</b> : word}
    </span>
  );
}

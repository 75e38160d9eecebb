import { signal } from "@preact/signals";
import { diffLines } from "diff";
import { useEffect } from "preact/hooks";
import { call, reasonsOf } from "../../api";
import { isSound, readRecipes, recipes } from "../../live/recipes";
import { Panel } from "../../parts/Panel";
import { recipeStrings } from "../../strings/recipes";
import { opened, text } from "./draft";
import { titleOf } from "./JobList";
import { firstRun, secondRun } from "./jobs";
import { keyOf, readLibrary, textOf, versions } from "./library";

const say = recipeStrings.compare;
const before = signal("opened");
const after = signal("draft");
const fetched = signal<Record<string, string>>({});
const problem = signal("");

interface Source {
  id: string;
  label: string;
  /** Null while it is still to be fetched. */
  text: string | null;
}

function sources(): Source[] {
  const found: Source[] = [{ id: "draft", label: say.draft, text: text.value }];
  const from = opened.value;
  if (from) found.unshift({ id: "opened", label: say.opened(from.name), text: from.text });
  for (const job of [firstRun.value, secondRun.value]) {
    if (job) found.push({ id: job.id, label: say.run(titleOf(job)), text: job.recipe_toml });
  }
  for (const { name } of recipes.value?.filter(isSound) ?? []) {
    found.push({
      id: `file ${name}`,
      label: say.file(name),
      text: fetched.value[`file ${name}`] ?? null,
    });
  }
  for (const of of versions.value ?? []) {
    const id = `version ${keyOf(of)}`;
    found.push({ id, label: say.version(keyOf(of)), text: fetched.value[id] ?? null });
  }
  return found;
}

/** Fetch the text of a file or of a version of the library; other texts are here already. */
async function fetchText(id: string): Promise<void> {
  const [kind, name] = id.split(/ (.*)/);
  const of = versions.peek()?.find((one) => keyOf(one) === name);
  try {
    if (kind === "file" && name) {
      const found = await call<{ text: string }>("GET", `recipes/${encodeURIComponent(name)}`);
      fetched.value = { ...fetched.peek(), [id]: found.text };
    } else if (kind === "version" && of) {
      fetched.value = { ...fetched.peek(), [id]: await textOf(of) };
    }
    problem.value = "";
  } catch (error) {
    problem.value = reasonsOf(error).join(" ");
  }
}

/** Two texts line by line: the editor's, as opened, of a file, or of a run. */
export function Difference() {
  useEffect(() => void readRecipes(), []);
  useEffect(() => void readLibrary(), []);
  const all = sources();
  const left = all.find(({ id }) => id === before.value) ?? all[0];
  const right = all.find(({ id }) => id === after.value) ?? all[0];
  useEffect(() => void (left && fetchText(left.id)), [left?.id]);
  useEffect(() => void (right && fetchText(right.id)), [right?.id]);
  return (
    <Panel title={say.title} area="compare" focusable>
      <div class="compare-bar">
        <Choose name="before" label={say.before} all={all} now={left?.id} into={before} />
        <Choose name="after" label={say.after} all={all} now={right?.id} into={after} />
      </div>
      {problem.value && <p class="problem">{problem}</p>}
      {typeof left?.text === "string" && typeof right?.text === "string" && (
        <Lines from={left.text} to={right.text} />
      )}
    </Panel>
  );
}

interface ChooseProps {
  name: string;
  label: string;
  all: Source[];
  now: string | undefined;
  into: { value: string };
}

function Choose({ name, label, all, now, into }: ChooseProps) {
  return (
    <label class="field">
      <span>{label}</span>
      <span class="input">
        <select
          name={`compare_${name}`}
          value={now ?? ""}
          onChange={({ currentTarget }) => {
            into.value = currentTarget.value;
          }}
        >
          {all.map((source) => (
            <option key={source.id} value={source.id}>
              {source.label}
            </option>
          ))}
        </select>
      </span>
    </label>
  );
}

const CONTEXT = 3;

interface Row {
  mark: "+" | "−" | " ";
  old: number | null;
  now: number | null;
  text: string;
}

function rowsOf(from: string, to: string): Row[] {
  let [old, now] = [0, 0];
  return diffLines(from, to).flatMap(({ value, added, removed }) =>
    value
      .replace(/\n$/, "")
      .split("\n")
      .map((text) => ({
        mark: added ? ("+" as const) : removed ? ("−" as const) : (" " as const),
        old: added ? null : ++old,
        now: removed ? null : ++now,
        text,
      })),
  );
}

/** The rows that changed with some around them; what is left out becomes one row that says so. */
function shortened(rows: Row[]): (Row | number)[] {
  const near = rows.map((_, i) =>
    rows.slice(Math.max(0, i - CONTEXT), i + CONTEXT + 1).some(({ mark }) => mark !== " "),
  );
  return rows.reduce<(Row | number)[]>((kept, row, i) => {
    const before = kept.at(-1);
    if (near[i]) kept.push(row);
    else if (typeof before === "number") kept[kept.length - 1] = before + 1;
    else kept.push(1);
    return kept;
  }, []);
}

const WORDS = { "+": say.added, "−": say.removed, " ": "" };
const KINDS = { "+": "diff-added", "−": "diff-removed", " ": "" };

function Lines({ from, to }: { from: string; to: string }) {
  if (from === to) return <p class="empty">{say.same}</p>;
  const rows = rowsOf(from, to);
  const count = (mark: Row["mark"]) => rows.filter((row) => row.mark === mark).length;
  return (
    <>
      <p class="compare-count">{say.counts(count("+"), count("−"))}</p>
      <table class="diff">
        <tbody>
          {shortened(rows).map((row, i) =>
            typeof row === "number" ? (
              <tr key={`left out ${i}`} class="diff-left-out">
                <td colSpan={4}>{say.leftOut(row)}</td>
              </tr>
            ) : (
              <tr key={`${row.old} ${row.now}`} class={KINDS[row.mark]}>
                <td>{row.old}</td>
                <td>{row.now}</td>
                <td>
                  {row.mark}
                  <span class="unseen">{WORDS[row.mark]}</span>
                </td>
                <td>
                  <code>{row.text}</code>
                </td>
              </tr>
            ),
          )}
        </tbody>
      </table>
    </>
  );
}

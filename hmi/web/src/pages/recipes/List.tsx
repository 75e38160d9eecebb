import { useEffect } from "preact/hooks";
import { call, reasonsOf } from "../../api";
import { fixed, plain } from "../../format";
import { goTo } from "../../frame/route";
import { isSound, readRecipes, recipes, recipesProblem } from "../../live/recipes";
import { Panel } from "../../parts/Panel";
import { strings } from "../../strings";
import { recipeStrings } from "../../strings/recipes";
import type { Recipe, SoundRecipe } from "../../types";
import { open } from "./draft";
import { importProblem } from "./files";
import { ImportButton } from "./Write";

const say = recipeStrings.list;

/** The recipes that there are, each with what it makes and where it stands. */
export function List() {
  useEffect(() => void readRecipes(), []);
  return (
    <Panel
      title={say.title}
      area="recipe-list"
      aside={<ImportButton label={say.begin} />}
      focusable
    >
      {(recipesProblem.value || importProblem.value) && (
        <p class="problem" role="alert">
          {recipesProblem.value || importProblem.value}
        </p>
      )}
      {recipes.value === null && <p class="empty">{strings.recipes.loading}</p>}
      {recipes.value?.length === 0 && <p class="empty">{strings.recipes.none}</p>}
      {recipes.value && recipes.value.length > 0 && <Table rows={recipes.value} />}
    </Panel>
  );
}

function Table({ rows }: { rows: Recipe[] }) {
  const { id, version, title, core, wt, dense, apparent, status } = say.columns;
  return (
    <table class="table recipe-table stacks">
      <thead>
        <tr>
          {[id, version, title, core].map((name) => (
            <th key={name} scope="col">
              {name}
            </th>
          ))}
          {[wt, dense, apparent].map((name) => (
            <th key={name} scope="col" class="number">
              {name}
            </th>
          ))}
          <th scope="col">{status}</th>
          <td />
        </tr>
      </thead>
      <tbody>
        {rows.map((row) =>
          isSound(row) ? <Sound key={row.name} row={row} /> : <Faulty key={row.name} row={row} />,
        )}
      </tbody>
    </table>
  );
}

function Sound({ row }: { row: SoundRecipe }) {
  return (
    <tr>
      <th scope="row">
        <b>{row.id}</b> <small>{row.name}</small>
      </th>
      <td data-label={say.columns.version}>{row.version}</td>
      <td class="recipe-title">{row.title}</td>
      <td>
        {row.core}, {plain(row.core_d50_um)} µm
      </td>
      <td class="number" data-label={say.columns.wt}>
        {plain(row.wt_percent)} <small>{strings.recipes.basis[row.basis]}</small>
      </td>
      <td class="number" data-label={say.columns.dense}>
        {fixed(row.thickness.dense_nm, 0)} nm
      </td>
      <td class="number" data-label={say.columns.apparent}>
        {fixed(row.thickness.apparent_nm, 0)} nm
      </td>
      <td>{say.file}</td>
      <td>
        <button
          type="button"
          class="small"
          aria-label={say.openLabel(row.id)}
          onClick={() => void openFile(row.name)}
        >
          {say.open}
        </button>
      </td>
    </tr>
  );
}

function Faulty({ row }: { row: Recipe }) {
  return (
    <tr class="row-bad">
      <th scope="row">
        <b>{row.name}</b>
      </th>
      <td colSpan={6} class="recipe-title">
        {row.faults.join("; ")}
      </td>
      <td>
        <b class="bad-word">{say.faulty}</b>
      </td>
      <td />
    </tr>
  );
}

async function openFile(name: string): Promise<void> {
  try {
    open(name, (await call<{ text: string }>("GET", `recipes/${encodeURIComponent(name)}`)).text);
    goTo("recipes", "write");
  } catch (error) {
    recipesProblem.value = reasonsOf(error).join(" ");
  }
}

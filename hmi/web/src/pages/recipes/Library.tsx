import { useEffect } from "preact/hooks";
import { Panel } from "../../parts/Panel";
import { recipeStrings } from "../../strings/recipes";
import { followJobs } from "./jobs";
import {
  choose,
  chosen,
  edit,
  keyOf,
  libraryProblem,
  readLibrary,
  type Version,
  versions,
} from "./library";
import { VersionView } from "./VersionView";

const say = recipeStrings.library;

/** Every saved version with where it stands, and of one of them its steps. */
export function Library() {
  useEffect(() => void readLibrary(), []);
  useEffect(followJobs, []);
  return (
    <div class="library">
      <Panel title={say.title} area="library" focusable>
        {libraryProblem.value && (
          <p class="problem" role="alert">
            {libraryProblem}
          </p>
        )}
        {versions.value && <Table rows={versions.value} />}
      </Panel>
      {chosen.value && <VersionView key={keyOf(chosen.value)} of={chosen.value} />}
    </div>
  );
}

function Table({ rows }: { rows: Version[] }) {
  return (
    <table class="table recipe-table stacks">
      <thead>
        <tr>
          {Object.values(say.columns).map((name) => (
            <th key={name} scope="col">
              {name}
            </th>
          ))}
          <td />
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={keyOf(row)} data-status={row.status}>
            <th scope="row">
              <b>{row.id}</b>
            </th>
            <td data-label={say.columns.version}>{row.version}</td>
            <td class="recipe-title">{row.title}</td>
            <td>{row.saved_by || row.author}</td>
            <td>{row.approved ? <b>{row.standing}</b> : row.standing}</td>
            <td>{row.used_in}</td>
            <td>
              <span class="library-do">
                <button
                  type="button"
                  class="small"
                  aria-label={say.of(recipeStrings.list.open, keyOf(row))}
                  onClick={() => void edit(row)}
                >
                  {recipeStrings.list.open}
                </button>
                <button
                  type="button"
                  class="small"
                  aria-label={say.of(say.look, keyOf(row))}
                  aria-pressed={row === chosen.value}
                  onClick={() => choose(row === chosen.peek() ? null : row)}
                >
                  {say.look}
                </button>
              </span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

import type { ComponentType } from "preact";
import { useEffect } from "preact/hooks";
import { goTo, route } from "../../frame/route";
import { recipeStrings } from "../../strings/recipes";
import { Difference } from "./Difference";
import { readPlants } from "./draft";
import { Library } from "./Library";
import { List } from "./List";
import { Matrix } from "./Matrix";
import { Runs } from "./Runs";
import { Write } from "./Write";
import "./recipes.css";
import "./bench.css";

const VIEWS = {
  list: List,
  library: Library,
  write: Write,
  runs: Runs,
  matrix: Matrix,
  compare: Difference,
};
type View = keyof typeof VIEWS;
const NAMES = Object.keys(VIEWS) as View[];

function shown(): View {
  return NAMES.find((name) => name === route.value.rest[0]) ?? "list";
}

function moved(event: KeyboardEvent): void {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  const at = NAMES.indexOf(shown());
  const next = NAMES[(at + step + NAMES.length) % NAMES.length] ?? "list";
  goTo("recipes", next);
  document.getElementById(`recipe-tab-${next}`)?.focus();
}

/** The recipes: what there is, the editor, and the simulations of its text. */
export default function Recipes() {
  useEffect(() => void readPlants(), []);
  const now = shown();
  const View: ComponentType = VIEWS[now];
  return (
    <div class="page page-recipes">
      <div class="tabs" role="tablist" aria-label={recipeStrings.tabs.label} onKeyDown={moved}>
        {NAMES.map((name) => (
          <button
            key={name}
            id={`recipe-tab-${name}`}
            type="button"
            role="tab"
            aria-selected={now === name}
            aria-controls="recipe-view"
            tabIndex={now === name ? 0 : -1}
            onClick={() => goTo("recipes", name)}
          >
            {recipeStrings.tabs[name]}
          </button>
        ))}
      </div>
      <div
        id="recipe-view"
        class={`recipe-view recipe-view-${now}`}
        role="tabpanel"
        aria-labelledby={`recipe-tab-${now}`}
      >
        <View />
      </div>
    </div>
  );
}

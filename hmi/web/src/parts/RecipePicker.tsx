import { useEffect } from "preact/hooks";
import { fixed, plain } from "../format";
import { command, underWay } from "../live/commands";
import { chosen, chosenName, isSound, readRecipes, recipes, recipesProblem } from "../live/recipes";
import { live, part } from "../live/store";
import { strings } from "../strings";
import type { Recipe, SoundRecipe } from "../types";

const offer = part((s) => s.commands.load);

/** Choose one of the recipe files, see what it makes, and load it. */
export function RecipePicker() {
  useEffect(() => void readRecipes(), []);
  const enabled = live.value && chosen.value !== undefined && offer.value?.enabled !== false;
  const missing = chosen.value ? (offer.value?.missing ?? []) : [strings.recipes.pick];
  return (
    <form
      class="picker"
      onSubmit={(event) => {
        event.preventDefault();
        if (enabled) void command("load", { recipe: chosenName.value });
      }}
    >
      <fieldset class="recipes">
        <legend>{strings.recipes.title}</legend>
        {recipes.value === null && <p class="empty">{strings.recipes.loading}</p>}
        {recipes.value?.length === 0 && <p class="empty">{strings.recipes.none}</p>}
        {recipes.value?.map((recipe) => (
          <Choice key={recipe.name} recipe={recipe} />
        ))}
      </fieldset>
      {recipesProblem.value && (
        <p class="problem" role="alert">
          {recipesProblem.value}{" "}
          <button type="button" class="small" onClick={() => void readRecipes()}>
            {strings.recipes.retry}
          </button>
        </p>
      )}
      <div class="form-foot">
        <button
          type="submit"
          class={underWay("load") ? "primary pending" : "primary"}
          data-command="load"
          aria-disabled={!enabled}
        >
          {strings.recipes.load}
        </button>
        {!enabled && <p class="why why-not">{missing[0] ?? strings.command.notNow}</p>}
      </div>
    </form>
  );
}

function Choice({ recipe }: { recipe: Recipe }) {
  const sound = isSound(recipe);
  return (
    <label class={sound ? "choice" : "choice choice-faulty"}>
      <input
        type="radio"
        name="recipe"
        value={recipe.name}
        checked={chosenName.value === recipe.name}
        disabled={!sound}
        onChange={() => {
          chosenName.value = recipe.name;
        }}
      />
      {isSound(recipe) ? <Sound recipe={recipe} /> : <Faults recipe={recipe} />}
    </label>
  );
}

function Sound({ recipe }: { recipe: SoundRecipe }) {
  return (
    <span class="choice-text">
      <span class="choice-head">
        <b>{recipe.id}</b>
        <span>
          {strings.recipes.share(plain(recipe.wt_percent))},{" "}
          {strings.recipes.dense(fixed(recipe.thickness.dense_nm, 0))}
        </span>
      </span>
      <span class="choice-title">{recipe.title}</span>
      <span class="choice-facts">{strings.batch.version(recipe.version)}</span>
    </span>
  );
}

function Faults({ recipe }: { recipe: Recipe }) {
  return (
    <span>
      <b>{recipe.name}</b>
      <span class="choice-title">{strings.recipes.faulty(recipe.faults.length)}</span>
      <ul>
        {recipe.faults.map((fault) => (
          <li key={fault}>{fault}</li>
        ))}
      </ul>
    </span>
  );
}

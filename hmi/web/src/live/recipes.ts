// The recipes that can be chosen, and the one that is.

import { computed, signal } from "@preact/signals";
import { call, reasonsOf } from "../api";
import type { Recipe, SoundRecipe } from "../types";

export const recipes = signal<Recipe[] | null>(null);
export const recipesProblem = signal("");
export const chosenName = signal("");

/** Whether a recipe can be used. */
export function isSound(recipe: Recipe): recipe is SoundRecipe {
  return recipe.faults.length === 0;
}

/** The recipe that is chosen but not yet loaded. */
export const chosen = computed(() =>
  recipes.value?.filter(isSound).find((recipe) => recipe.name === chosenName.value),
);

/** Read the recipe folder again. */
export async function readRecipes(): Promise<void> {
  recipesProblem.value = "";
  try {
    recipes.value = await call<Recipe[]>("GET", "recipes");
  } catch (error) {
    recipesProblem.value = reasonsOf(error).join(" ");
  }
}

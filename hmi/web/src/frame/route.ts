// Which page is shown: the part of the address after `#`, so that back, forward and bookmarks work
// and the server knows nothing of it. `#/recipes/bm-05.toml` is page "recipes", rest ["bm-05.toml"].

import { signal } from "@preact/signals";

export const PAGES = ["run", "recipes", "batches", "system"] as const;
export type PageName = (typeof PAGES)[number];

export interface Route {
  page: PageName;
  /** What follows the page's name, decoded; the page gives it its meaning. */
  rest: string[];
}

export const route = signal(routeOf(location.hash));
window.addEventListener("hashchange", () => {
  route.value = routeOf(location.hash);
});

/** The address of a page, for links. */
export function href(page: PageName, ...rest: string[]): string {
  return `#/${[page, ...rest].map(encodeURIComponent).join("/")}`;
}

/** Show a page. */
export function goTo(page: PageName, ...rest: string[]): void {
  location.hash = href(page, ...rest);
}

function routeOf(hash: string): Route {
  const [name = "", ...rest] = hash.replace(/^#\/?/, "").split("/").map(decoded);
  const page = PAGES.find((known) => known === name);
  return page ? { page, rest: rest.filter(Boolean) } : { page: "run", rest: [] };
}

function decoded(piece: string): string {
  try {
    return decodeURIComponent(piece);
  } catch {
    return "";
  }
}

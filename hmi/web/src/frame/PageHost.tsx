import { effect, signal } from "@preact/signals";
import type { ComponentType } from "preact";
import { strings } from "../strings";
import { type PageName, route } from "./route";

// Each page is a file of its own that is fetched when it is first looked at.
const SOURCES: Record<PageName, () => Promise<{ default: ComponentType }>> = {
  run: () => import("../pages/run"),
  recipes: () => import("../pages/recipes"),
  batches: () => import("../pages/batches"),
  system: () => import("../pages/system"),
};

/** Pages that show the mill as it is now: useless, and so covered, while nothing is live. */
const SHOWS_THE_MILL: readonly PageName[] = ["run", "system"];

const fetched = signal<Partial<Record<PageName, ComponentType>>>({});
const failed = signal<PageName | null>(null);

async function fetchPage(name: PageName): Promise<void> {
  failed.value = null;
  try {
    const page = (await SOURCES[name]()).default;
    fetched.value = { ...fetched.peek(), [name]: page };
  } catch {
    failed.value = name;
  }
}

effect(() => {
  const { page } = route.value;
  if (!fetched.peek()[page]) void fetchPage(page);
});

/** Whether the page that is shown has live values all over it. */
export function showsTheMill(): boolean {
  return SHOWS_THE_MILL.includes(route.value.page);
}

/** The page of the present route. */
export function PageHost() {
  const { page } = route.value;
  const Page = fetched.value[page];
  if (Page) return <Page />;
  if (failed.value !== page) return <p class="page-note">{strings.frame.fetching}</p>;
  return (
    <div class="page-note" role="alert">
      <p>{strings.frame.notFetched}</p>
      <button type="button" onClick={() => void fetchPage(page)}>
        {strings.frame.again}
      </button>
    </div>
  );
}

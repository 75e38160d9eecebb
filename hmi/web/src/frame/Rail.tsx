import { strings } from "../strings";
import { href, PAGES, type PageName, route } from "./route";
import { nextTheme, theme } from "./theme";

// Outlines on a grid of 24.
const ICONS: Record<PageName, string> = {
  run: "M6 4h12v11a3 3 0 0 1-3 3H9a3 3 0 0 1-3-3zM4 4h16M12 18v3M9 21h6M8.500 13.500h7M10 11l4 5",
  recipes: "M6 3h9l4 4v14H6zM15 3v4h4M9 12h7M9 16h7",
  batches: "M4 8h16v12H4zM6 5h12M8 2h8M8 12h8M8 16h5",
  system: "M4 7h9M17 7h3M4 17h3M11 17h9M13 4.500h4v5h-4zM7 14.500h4v5H7z",
};

const THEME_ICONS = {
  auto: "M12 4a8 8 0 1 0 0 16zM12 4a8 8 0 0 1 0 16",
  light:
    "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 2v3M12 19v3M2 12h3M19 12h3M5 5l2 2M17 17l2 2M19 5l-2 2M7 17l-2 2",
  dark: "M19 14.500A8 8 0 0 1 9.500 5a8 8 0 1 0 9.500 9.500z",
} as const;

function Icon({ path }: { path: string }) {
  return (
    <svg class="rail-icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={path} />
    </svg>
  );
}

/** The way to the four pages, and light or dark. */
export function Rail() {
  return (
    <nav class="rail" aria-label={strings.frame.pages}>
      {PAGES.map((name) => (
        <a
          key={name}
          class="rail-link"
          href={href(name)}
          aria-current={route.value.page === name ? "page" : undefined}
        >
          <Icon path={ICONS[name]} />
          {strings.frame.page[name]}
        </a>
      ))}
      <button type="button" class="rail-link rail-theme" onClick={nextTheme}>
        <Icon path={THEME_ICONS[theme.value]} />
        <span class="unseen">{strings.frame.theme}: </span>
        {strings.frame.themes[theme.value]}
      </button>
    </nav>
  );
}

import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";

interface Props {
  title: string;
  area: string;
  aside?: ComponentChildren;
  /** For a body that scrolls and has nothing in it to put the focus on. */
  focusable?: boolean;
  children: ComponentChildren;
}

/** A titled region of the page. */
export function Panel({ title, area, aside, focusable, children }: Props) {
  const id = useId();
  return (
    <section class={`panel panel-${area}`} aria-labelledby={id}>
      <header class="panel-head">
        <h2 id={id}>{title}</h2>
        {aside && <div class="panel-aside">{aside}</div>}
      </header>
      <div class="panel-body" {...(focusable && { tabIndex: 0 })}>
        {children}
      </div>
    </section>
  );
}

import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";

interface Props {
  title: string;
  area: string;
  aside?: ComponentChildren;
  children: ComponentChildren;
}

/** A titled region of the page. */
export function Panel({ title, area, aside, children }: Props) {
  const id = useId();
  return (
    <section class={`panel panel-${area}`} aria-labelledby={id}>
      <header class="panel-head">
        <h2 id={id}>{title}</h2>
        {aside && <div class="panel-aside">{aside}</div>}
      </header>
      <div class="panel-body">{children}</div>
    </section>
  );
}

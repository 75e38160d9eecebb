import type { ComponentChildren } from "preact";

/** What it is, the value, and what else there is to say about it. Without a value it is left out. */
export type Fact = readonly [label: string, value: ComponentChildren, note?: string];

/** A part of the record under a heading of its own. */
export function Section({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <section class="part">
      <h3>{title}</h3>
      {children}
    </section>
  );
}

/** Facts as pairs of name and value. */
export function Facts({ facts }: { facts: Fact[] }) {
  return (
    <dl class="facts">
      {facts
        .filter(([, value]) => value !== null && value !== undefined && value !== "")
        .map(([label, value, note]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>
              {value} {note && <small class="dim">{note}</small>}
            </dd>
          </div>
        ))}
    </dl>
  );
}

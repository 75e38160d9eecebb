import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { recipeStrings } from "../../strings/recipes";
import { change, check, redo, text, undo, upToDate } from "./draft";
import { goToLine, lookedAt, setArea, showChange } from "./look";

const say = recipeStrings.write;
const FAULTS = "recipe-faults";

/** The recipe as text, with numbers and marks at its lines, and the faults below. */
export function Text() {
  const area = useRef<HTMLTextAreaElement>(null);
  const top = useSignal(0);
  useEffect(() => {
    setArea(area.current);
    return () => setArea(null);
  }, []);
  const lines = text.value.split("\n").length;
  const faulty = [...new Set(check.value?.faults.map(({ line }) => line))];
  return (
    <div class="code-frame">
      <div class="code-sheet">
        <div class="code-marks" aria-hidden="true">
          <div class="code-moved" style={{ transform: `translateY(${-top.value}px)` }}>
            {lookedAt.value > 0 && <Mark kind="looked" line={lookedAt.value} />}
            {faulty.map((line) => (
              <Mark key={line} kind="bad" line={line} />
            ))}
            <pre class="code-numbers">{numbers(lines)}</pre>
          </div>
        </div>
        <textarea
          ref={area}
          class="code-text"
          name="toml"
          aria-label={say.textLabel}
          aria-invalid={faulty.length > 0}
          aria-describedby={FAULTS}
          wrap="off"
          spellcheck={false}
          autocomplete="off"
          autocapitalize="off"
          value={text.value}
          onInput={({ currentTarget }) => change(currentTarget.value, "typing")}
          onScroll={({ currentTarget }) => {
            top.value = currentTarget.scrollTop;
          }}
          onFocus={() => {
            lookedAt.value = 0;
          }}
          onKeyDown={historyKey}
        />
      </div>
      <Faults />
    </div>
  );
}

function numbers(count: number): string {
  return Array.from({ length: count }, (_, i) => i + 1).join("\n");
}

function Mark({ kind, line }: { kind: "bad" | "looked"; line: number }) {
  const ref = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    if (ref.current) ref.current.style.setProperty("--line", String(line - 1));
  }, [line]);
  return <span ref={ref} class={`code-mark code-mark-${kind}`} />;
}

/** Undo and redo of this page, which know of the form too, in place of the browser's own. */
export function historyKey(event: KeyboardEvent): void {
  if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
  const key = event.key.toLowerCase();
  if (key !== "z" && key !== "y") return;
  event.preventDefault();
  stepBack(key === "y" || event.shiftKey);
}

/** Undo or redo, and show where it was. */
export function stepBack(forward: boolean): void {
  const before = text.peek();
  if (forward) redo();
  else undo();
  showChange(before, text.peek());
}

function Faults() {
  const faults = check.value?.faults ?? [];
  return (
    <ul
      id={FAULTS}
      class={upToDate.value ? "code-faults" : "code-faults code-faults-old"}
      aria-label={say.faultList}
    >
      {faults.map((fault) => (
        <li key={`${fault.line} ${fault.key} ${fault.message}`}>
          <button type="button" class="quiet" onClick={() => goToLine(fault.line)}>
            <b class="bad-word">{say.line(fault.line)}</b> <b>{fault.key}</b> {fault.message}
          </button>
        </li>
      ))}
    </ul>
  );
}

import { computed, type ReadonlySignal } from "@preact/signals";
import { fixed } from "../../../format";
import { inSight } from "../../../live/alarms";
import { live, part } from "../../../live/store";
import { type Bar, barOf, flaw, reading, sideOf, usable } from "../../../parts/limits";
import { PriorityMark } from "../../../parts/marks";
import { strings } from "../../../strings";
import type { Value } from "../../../types";
import { type Place, TAG_H, TAG_W } from "./layout";

const BAR_Y = 40;

const outputs = part((s) => s.outputs);

/** One value beside its place: name, number, unit, limits, and what is wrong with it if anything. */
export function Tag({
  place,
  source,
}: {
  place: Place;
  source: ReadonlySignal<Value | undefined>;
}) {
  const value = source.value;
  if (!value) return null;
  const good = usable(value);
  const above = live.value && value.above_range;
  const label = strings.mimic.labels[place.signal] ?? value.label;
  const unit = strings.units[value.unit] ?? value.unit;
  const number = good ? reading(value.value, value.decimals) : above ? strings.aboveRange : "";
  const side = good ? sideOf(value.value, value.limits) : "";
  const wrong = flaw(value);
  const shown = number || strings.values.unknown;
  return (
    <g
      class={good || above ? "tag" : "tag tag-bad"}
      transform={`translate(${place.x} ${place.y})`}
      role="img"
      aria-label={[label, shown, number && unit, side, wrong].filter(Boolean).join(" ")}
      data-signal={place.signal}
    >
      {!(good || above) && (
        <rect class="tag-hatch" x={-4} y={-2} width={TAG_W + 4} height={TAG_H + 4} />
      )}
      <text class="tag-label" y={10}>
        {label}
      </text>
      <text class={number ? "tag-value" : "tag-value tag-unknown"} y={30}>
        {shown}
        {number && (
          <tspan class="tag-unit" dx={4}>
            {unit}
          </tspan>
        )}
      </text>
      {wrong ? (
        <Word text={wrong} plain={value.quality === "limited" && live.value} />
      ) : place.setPoint ? (
        <SetPoint output={place.setPoint} decimals={value.decimals} />
      ) : (
        <Limit bar={barOf(place.signal, good ? value.value : null, value.limits)} side={side} />
      )}
      <AlarmMark signal={place.signal} at={`${TAG_W - 18} -4`} />
    </g>
  );
}

function Word({ text, plain }: { text: string; plain: boolean }) {
  const width = Math.min(TAG_W, 6.9 * text.length + 6);
  return (
    <>
      {!plain && <rect class="tag-word" x={-2} y={BAR_Y - 5} width={width} height={14} />}
      <text class={plain ? "tag-unit" : "tag-word-text"} y={BAR_Y + 6}>
        {text}
      </text>
    </>
  );
}

function SetPoint({ output, decimals }: { output: string; decimals: number }) {
  const value = outputs.value?.[output];
  if (typeof value !== "number" || !live.value) return null;
  return (
    <text class="tag-unit" y={BAR_Y + 6}>
      {strings.values.setPoint(fixed(value, decimals))}
    </text>
  );
}

function Limit({ bar, side }: { bar: Bar | null; side: string }) {
  if (!bar) return null;
  const w = side ? TAG_W - 42 : TAG_W - 6;
  return (
    <g transform={`translate(0 ${BAR_Y})`}>
      <rect class="tag-track" width={w} height={4} />
      {bar.marks.map((mark) => (
        <rect
          key={`${mark.kind}${mark.at}`}
          class={`tag-mark tag-mark-${mark.kind}`}
          x={mark.at * w - (mark.kind === "act" ? 1.5 : 0.5)}
          y={-2}
          width={mark.kind === "act" ? 3 : 1}
          height={6}
        />
      ))}
      {bar.pointer !== null && (
        <path class="tag-pointer" d="M-4-6h8l-4 6z" transform={`translate(${bar.pointer * w} 0)`} />
      )}
      {side && (
        <g transform={`translate(${w + 7} -6)`}>
          <rect class="tag-word" width={33} height={13} />
          <text class="tag-word-text" x={16.5} y={10.5} text-anchor="middle">
            {side}
          </text>
        </g>
      )}
    </g>
  );
}

// The alarm of a value stands beside it, by shape, number and color.
export function AlarmMark({ signal, at }: { signal: string; at: string }) {
  const found = mostUrgent.value[signal];
  if (!found) return null;
  return (
    <g transform={`translate(${at})`}>
      <PriorityMark priority={found} size={18} />
    </g>
  );
}

const mostUrgent = computed(() => {
  const found: Record<string, 1 | 2 | 3> = {};
  for (const { signal, priority } of inSight.value) {
    found[signal] = Math.min(priority, found[signal] ?? 3) as 1 | 2 | 3;
  }
  return found;
});

import { computed } from "@preact/signals";
import { fixed } from "../../../format";
import { part } from "../../../live/store";
import { usable } from "../../../parts/limits";
import { strings } from "../../../strings";
import { Argon, type Contact as ContactState, contact, Exhaust, Plate, Vessel } from "./Drawing";
import { CONTACTS, HEIGHT, PLACES, WIDTH } from "./layout";
import { AlarmMark, Tag } from "./Tag";
import "./mimic.css";

const values = part((s) => s.values);
const tags = PLACES.map((place) => ({
  place,
  source: computed(() => values.value?.[place.signal]),
}));
const contacts = CONTACTS.map((place) => ({ place, is: contact(place.signal) }));
const sample = computed(() => {
  const flow = values.value?.sample_flow_slpm;
  return usable(flow) ? `${fixed(flow.value, flow.decimals)} ${flow.unit}` : strings.values.unknown;
});

/** The mill as a drawing, each value beside the place where it is measured. */
export function Mimic() {
  return (
    <section class="panel panel-mimic" aria-label={strings.mimic.title}>
      <svg
        class="mimic"
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="group"
        aria-label={strings.mimic.title}
      >
        <defs>
          <pattern
            id="hatch"
            width="8"
            height="8"
            patternUnits="userSpaceOnUse"
            patternTransform="rotate(45)"
          >
            <path class="hatch" d="M0 0V8" />
          </pattern>
        </defs>
        <rect class="frame-line" x={216} y={2} width={350} height={64} rx={3} />
        <text class="caption" x={502} y={20}>
          {strings.mimic.sample}
        </text>
        <text class="caption caption-strong" x={502} y={38}>
          {sample}
        </text>
        <rect class="frame-line frame-room" x={2} y={218} width={200} height={60} rx={3} />
        <Argon />
        <Exhaust />
        <Vessel />
        {contacts.map(({ place, is }) => (
          <Contact key={place.signal} place={place} is={is.value} />
        ))}
        {tags.map(({ place, source }) => (
          <g key={place.signal}>
            {place.leader && <path class="fine" d={place.leader} />}
            <Tag place={place} source={source} />
          </g>
        ))}
      </svg>
    </section>
  );
}

function Contact({ place, is }: { place: (typeof CONTACTS)[number]; is: ContactState }) {
  const [label, on, off] = strings.switches[place.signal] ?? [place.signal, "", ""];
  return (
    <g transform={`translate(${place.x} ${place.y})`} data-signal={place.signal}>
      <text class="caption" y={12}>
        {label}
      </text>
      <Plate x={place.label} y={0} width={place.width} is={is} words={[on, off]} name={label} />
      <AlarmMark signal={place.signal} at={`${place.label + place.width + 3} -2`} />
    </g>
  );
}

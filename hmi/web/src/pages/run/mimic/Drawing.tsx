// The equipment: dark lines, grey faces. White is at work, dark grey is not, dashed is UNKNOWN.

import { computed, type ReadonlySignal } from "@preact/signals";
import { live, part } from "../../../live/store";
import { usable } from "../../../parts/limits";
import { strings } from "../../../strings";

export type Contact = "on" | "off" | "unknown";

const values = part((s) => s.values);

/** A 0/1 signal as it may be believed now. */
export function contact(name: string): ReadonlySignal<Contact> {
  return computed(() => {
    const value = values.value?.[name];
    if (!usable(value)) return "unknown";
    return value.value >= 0.5 ? "on" : "off";
  });
}

const supply = contact("supply_valve_open");
const exhaust = contact("exhaust_valve_open");
const closed = contact("lid_closed");
const locked = contact("lid_locked");
const still = contact("standstill");
const vent = part((s) => s.outputs.vent_open === true);
const charged = part((s) => s.batch?.charge != null && s.state !== "IDLE");
const flowing = computed(() => {
  const flow = values.value?.argon_flow_slpm;
  return usable(flow) && flow.value > 0.05;
});
const drive = computed<Contact>(() => {
  const value = values.value?.drive_state;
  if (!usable(value)) return "unknown";
  return value.value >= 2.5 ? "on" : "off";
});
const turning = computed<Contact>(() =>
  still.value === "unknown" ? "unknown" : still.value === "on" ? "off" : "on",
);

/** A word on a white or dark plate. */
export function Plate({
  x,
  y,
  width,
  is,
  words,
  name,
}: {
  x: number;
  y: number;
  width: number;
  is: Contact;
  words: readonly [string, string];
  name: string;
}) {
  const word = is === "unknown" ? strings.values.unknown : words[is === "on" ? 0 : 1];
  return (
    <g
      class={`plate plate-${is}`}
      transform={`translate(${x} ${y})`}
      role="img"
      aria-label={`${name} ${word}`}
    >
      <rect width={width} height={16} rx={2} />
      <text x={width / 2} y={12} text-anchor="middle">
        {word}
      </text>
    </g>
  );
}

function Valve({ x, y, is }: { x: number; y: number; is: Contact }) {
  return (
    <path class={`gear gear-${is}`} d="M-10-7v14L10-7v14z" transform={`translate(${x} ${y})`} />
  );
}

/** Argon on the left: cylinder, valve, flow controller. */
export function Argon() {
  const say = strings.mimic;
  return (
    <>
      <path class={flowing.value ? "pipe pipe-on" : "pipe"} d="M21 100V86H196V140H216" />
      <path class="body" d="M9 118a12 12 0 0 1 24 0v86H9z" />
      <text class="caption" transform="translate(25.500 190) rotate(-90)">
        {say.argon}
      </text>
      <Valve x={64} y={86} is={supply.value} />
      <Plate
        x={40}
        y={60}
        width={48}
        is={supply.value}
        words={say.valve}
        name={strings.switches.supply_valve_open?.[0] ?? ""}
      />
      <rect class="body" x={112} y={75} width={40} height={22} rx={2} />
      <text class="caption" x={132} y={90} text-anchor="middle">
        {say.flowController}
      </text>
    </>
  );
}

/** To the scrubber on the right, past a check valve that a vent can go around. */
export function Exhaust() {
  const say = strings.mimic;
  return (
    <>
      <path class="pipe" d="M332 156H512" />
      <path class={vent.value ? "pipe pipe-on" : "pipe pipe-thin"} d="M424 156V182H476V156" />
      <Valve x={392} y={156} is={exhaust.value} />
      <Plate
        x={368}
        y={168}
        width={48}
        is={exhaust.value}
        words={say.valve}
        name={strings.switches.exhaust_valve_open?.[0] ?? ""}
      />
      <path class="body" d="M442 149v14l14-7zM456 148v16" />
      <Valve x={450} y={182} is={live.value ? (vent.value ? "on" : "off") : "unknown"} />
      <rect class="body" x={512} y={130} width={50} height={50} rx={2} />
      <path class="fine" d="M518 144h38M518 156h38M518 168h38" stroke-dasharray="4 3" />
      <text class="caption" x={537} y={194} text-anchor="middle">
        {say.scrubber}
      </text>
    </>
  );
}

/** The vessel with lid, lock, powder and blade, and the drive below it. */
export function Vessel() {
  const say = strings.mimic;
  return (
    <>
      <path class="pipe pipe-thin" d="M330 66V98" />
      <rect class="body" x={254} y={262} width={40} height={12} />
      <path class="vessel" d="M216 112V242q0 20 20 20H312q20 0 20-20V112z" />
      {charged.value && (
        <path class="powder" d="M219 206q28-8 56-2t54 0V242q0 17-17 17H236q-17 0-17-17z" />
      )}
      <path class="shaft" d="M274 262V226" />
      <g class={`blade blade-${turning.value}`}>
        <path d="M234 220l34 6h12l34-6v6l-32 8h-16l-32-8z" />
      </g>
      <rect class={`gear gear-${closed.value}`} x={206} y={99} width={136} height={12} rx={2} />
      <Plate x={206} y={80} width={58} is={closed.value} words={say.lid} name={say.lidName} />
      <Plate x={266} y={80} width={60} is={locked.value} words={say.lock} name={say.lockName} />
      <rect class={`gear gear-${drive.value}`} x={238} y={274} width={72} height={50} rx={2} />
      <text class={`motor motor-${drive.value}`} x={274} y={297} text-anchor="middle">
        {say.motor}
      </text>
      <Plate x={236} y={306} width={76} is={drive.value} words={say.drive} name={say.driveName} />
    </>
  );
}

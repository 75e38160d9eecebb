import { computed } from "@preact/signals";
import { fixed, plain } from "../format";
import { chosen } from "../live/recipes";
import { part } from "../live/store";
import { strings } from "../strings";
import type { Thickness as Data } from "../types";
import { Panel } from "./Panel";

const batch = part((s) => s.batch);
const shown = computed(() => {
  const loaded = batch.value;
  return loaded ? loaded.thickness : chosen.value?.thickness;
});

/** The shell that the loaded (or else the chosen) recipe aims at, and what that rests on. */
export function Thickness() {
  const it = shown.value;
  return (
    <Panel
      title={strings.thickness.title}
      area="thickness"
      aside={it ? strings.thickness.label : null}
    >
      {it ? <Figures data={it} /> : <p class="empty">{strings.thickness.none}</p>}
    </Panel>
  );
}

function Figures({ data }: { data: Data }) {
  const say = strings.thickness;
  return (
    <>
      <dl class="figures">
        <div>
          <dt>{say.dense}</dt>
          <dd>
            <b>{fixed(data.dense_nm, 0)}</b> nm
            <small>{say.denseAt}</small>
          </dd>
        </div>
        <div>
          <dt>{say.apparent}</dt>
          <dd>
            <b>{fixed(data.apparent_nm, 0)}</b> nm
            <small>{say.apparentAt(plain(data.solid_fraction))}</small>
          </dd>
        </div>
      </dl>
      {data.band_nm && <Band band={data.band_nm} />}
      <details class="assumptions">
        <summary>{say.assumptions(data.assumptions.length)}</summary>
        <ul>
          {data.assumptions.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      </details>
    </>
  );
}

function Band({ band }: { band: NonNullable<Data["band_nm"]> }) {
  const { d10_nm, d50_nm, d90_nm } = band.by_exponent;
  return (
    <p class="dim band">
      {strings.thickness.bandAt(fixed(d10_nm, 0), fixed(d50_nm, 0), fixed(d90_nm, 0))}
    </p>
  );
}

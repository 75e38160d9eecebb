import { dateOf, duration, fixed, plain, scientific, significant, timeOfDay } from "../../format";
import { type Fact, Facts, Section } from "../../parts/Facts";
import { strings } from "../../strings";
import { batchStrings as say } from "../../strings/batches";
import type { BatchRecord, GasFigures } from "./types";

interface Props {
  of: BatchRecord;
}

const facts = say.facts;

/** Local date and time of an instant of the record. */
export function when(utc: string | null): string {
  return utc ? `${dateOf(utc)} ${timeOfDay(utc)}` : "";
}

const grams = (value: unknown) => (typeof value === "number" ? `${significant(value, 5)} g` : "");
const text = (value: unknown) => (value === null || value === undefined ? "" : String(value));

/** Which batch it is, of what, on what. */
export function Identity({ of }: Props) {
  const version = facts.version(of.recipe.version);
  return (
    <Section title={say.sections.batch}>
      <Facts
        facts={[
          [facts.recipe, of.recipe.title || of.recipe_id, version],
          [facts.plant, text(of.setting?.plant_title)],
          [facts.software, text(of.setting?.software)],
          [facts.started, when(of.started_utc)],
          [facts.ended, when(of.ended_utc)],
          [facts.process, duration(of.times.process_s)],
          [facts.hold, duration(of.times.hold_s)],
          [facts.wall, duration(of.times.wall_s)],
          [say.continues, text(of.continues)],
          [facts.rows, `${of.chain.first_seq} – ${of.chain.last_seq}`],
        ]}
      />
    </Section>
  );
}

/** What was put into the jar. */
export function ChargeSection({ of }: Props) {
  const it = of.charge;
  if (!it) return <Nothing title={say.sections.charge} why={facts.notCharged} />;
  const share = Number(it.actual_wt_percent);
  const off = Number(it.deviation_points);
  const aim = plain(Number(it.target_wt_percent));
  const by = `${off >= 0 ? "+" : "\u2212"}${Math.abs(off).toFixed(3)}`;
  return (
    <Section title={say.sections.charge}>
      <Facts
        facts={[
          [facts.cam, grams(it.cam_mass_g), text(it.cam_lot)],
          [facts.sse, grams(it.sse_mass_g), text(it.sse_lot)],
          [facts.content, `${share.toFixed(3)} wt%`, facts.aim(aim, by)],
          [facts.blade, text(it.blade_id)],
          ...hours(facts.bladeHours, of.wear.blade),
          [facts.jar, text(it.jar_id)],
          ...hours(facts.jarHours, of.wear.jar),
          [facts.balance, text(it.balance_id)],
          [facts.argonLot, text(it.argon_lot)],
          [facts.second, text(it.checked_by)],
          [facts.cleaned, it.emptied_and_cleaned ? facts.yes : facts.no],
        ]}
      />
    </Section>
  );
}

function hours(label: string, wear: BatchRecord["wear"]["blade"]): Fact[] {
  if (!wear) return [];
  const before = wear.hours_before;
  return [[label, before === null ? facts.hoursUnknown : `${before.toFixed(2)} h`]];
}

/** The two powders as the recipe has them. */
export function Powders({ of }: Props) {
  const { core, sse } = of.powders;
  const micrometers = (value: unknown) => (value == null ? "" : `${plain(Number(value))} µm`);
  const density = (value: unknown) => (value == null ? "" : `${plain(Number(value))} g/cm³`);
  const sizes = [core?.d10_um, core?.d50_um, core?.d90_um].map((size) => plain(Number(size)));
  return (
    <Section title={say.sections.powders}>
      <Facts
        facts={[
          [facts.cam, text(core?.material)],
          [facts.sizes, `${sizes.join(", ")} µm`],
          [facts.density, density(core?.density_g_cm3), text(core?.density_origin)],
        ]}
      />
      <Facts
        facts={[
          [facts.sse, text(sse?.material)],
          [facts.particle, micrometers(sse?.particle_d50_um)],
          [facts.density, density(sse?.density_g_cm3), text(sse?.density_origin)],
          [facts.solid, text(sse?.solid_fraction), text(sse?.solid_fraction_origin)],
        ]}
      />
    </Section>
  );
}

/** Whether the vessel was tight, and stayed inert. */
export function Tightness({ of }: Props) {
  const { leak_test: leak, proof } = of;
  if (!leak && !proof) return <Nothing title={say.sections.leak} why={facts.notDone} />;
  const rate = (value: number | null | undefined) => `${scientific(value)} mbar L/s`;
  const slope = (value: number | null | undefined) => `${significant(value)} ppm/min`;
  return (
    <Section title={say.sections.leak}>
      <Facts
        facts={[
          [
            facts.leakRate,
            leak && rate(leak.leak_rate_mbar_l_s),
            facts.accept(rate(leak?.asked.accept_mbar_l_s)),
          ],
          [
            facts.slope,
            proof && slope(proof.o2_slope_ppm_per_min),
            facts.accept(slope(proof?.asked.o2_slope_max_ppm_per_min)),
          ],
        ]}
      />
    </Section>
  );
}

const GASES = ["o2_ppm", "h2o_ppm", "h2s_ppm"] as const;

/** What the powder saw of each gas, from the lid's closing to its opening. */
export function Gases({ of }: Props) {
  const { trend } = of;
  if (!trend?.o2_ppm) return <Nothing title={say.sections.gases} why={facts.noTrend} />;
  return (
    <Section title={say.sections.gases}>
      <div class="scroll" tabIndex={0}>
        <table class="table">
          <thead>
            <tr>
              <th scope="col">{say.gas.gas}</th>
              {[say.gas.first, say.gas.turning, say.gas.max].map((title) => (
                <th key={title} scope="col" class="number">
                  {title}
                </th>
              ))}
              <th scope="col" class="number">
                {say.gas.dose}
              </th>
              <th scope="col" class="number">
                {say.gas.unknown}
              </th>
            </tr>
          </thead>
          <tbody>
            {GASES.map((gas) => (
              <GasRow key={gas} name={strings.trend.pens[gas] ?? gas} of={trend[gas]} />
            ))}
          </tbody>
        </table>
      </div>
    </Section>
  );
}

function GasRow({ name, of }: { name: string; of: GasFigures }) {
  const unknown = of.unknown_min ?? 0;
  return (
    <tr>
      <th scope="row">{name}</th>
      {[of.at_first_turn, of.max_while_turning, of.max].map((value, i) => (
        <td key={i} class="number">
          {significant(value)} <small>ppm</small>
        </td>
      ))}
      <td class="number">
        <b>{significant(of.ppm_min)}</b> <small>{say.gas.doseUnit}</small>
      </td>
      <td class="number">
        {unknown > 0 ? <span class="bad-word">{significant(unknown)} min</span> : "0 min"}
      </td>
    </tr>
  );
}

/** What the blade did. */
export function Milling({ of }: Props) {
  const { milling, trend } = of;
  const celsius = (value: number | null | undefined) => `${fixed(value, 1)} °C`;
  const hot = (of50: number | null | undefined) => facts.above50(duration(of50));
  const heat: Fact[] = trend?.torque_nm
    ? [
        [facts.energyGross, `${significant(trend.energy_gross_kwh_per_kg)} kWh/kg`],
        [
          facts.torque,
          `${significant(trend.torque_nm.mean)}, ${significant(trend.torque_nm.peak)} N m`,
        ],
        [facts.powderMax, celsius(trend.powder_probe_c.max), hot(trend.powder_probe_c.above_50_s)],
        [facts.jarMax, celsius(trend.jar_c.max), hot(trend.jar_c.above_50_s)],
        [
          facts.pressure,
          facts.range(
            fixed(trend.vessel_pressure_mbar_g.min, 1),
            `${fixed(trend.vessel_pressure_mbar_g.max, 1)} mbar`,
          ),
        ],
      ]
    : [];
  return (
    <Section title={say.sections.milling}>
      <Facts
        facts={[
          [facts.revolutions, fixed(milling.revolutions, 0)],
          [facts.onTime, duration(milling.on_time_s)],
          [facts.energyNet, `${significant(milling.energy_net_kwh_per_kg)} kWh/kg`],
          ...heat,
          [facts.argon, `${fixed(milling.argon_l, 1)} L`],
        ]}
      />
    </Section>
  );
}

/** What shell the masses give, with its band and what was assumed. */
export function Shell({ of }: Props) {
  const it = of.predicted;
  if (!it) return null;
  const nm = (value: number) => `${fixed(value, 0)} nm`;
  const band = it.band_nm?.by_exponent;
  return (
    <Section title={say.sections.shell}>
      <p class="dim">{say.notMeasured}</p>
      <Facts
        facts={[
          [facts.dense, nm(it.dense_nm)],
          [facts.apparent, nm(it.apparent_nm), `${facts.solid} ${plain(it.solid_fraction)}`],
          [facts.band, band && [band.d10_nm, band.d50_nm, band.d90_nm].map(nm).join(", ")],
        ]}
      />
      <details class="assumptions">
        <summary>{say.predictedNote(it.assumptions.length)}</summary>
        <ul>
          {it.assumptions.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      </details>
    </Section>
  );
}

function Nothing({ title, why }: { title: string; why: string }) {
  return (
    <Section title={title}>
      <p class="empty">{why}</p>
    </Section>
  );
}

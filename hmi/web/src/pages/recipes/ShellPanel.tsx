import { useId } from "preact/hooks";
import { fixed, plain } from "../../format";
import { Panel } from "../../parts/Panel";
import { recipeStrings } from "../../strings/recipes";
import { Curve } from "./Curve";
import { change, text } from "./draft";
import type { Shell } from "./shapes";
import { shell, shellInputs, shellProblem, spread, targetNm } from "./shell";
import { withValue, written } from "./toml";

const say = recipeStrings.shell;
const keys = recipeStrings.form.keys;

/** The shell that the powders of the text make, and the content for a wanted one. */
export function ShellPanel() {
  const found = shell.value;
  return (
    <Panel title={recipeStrings.write.shell} area="recipe-shell" aside={found && say.estimate}>
      {shellProblem.value && (
        <p class="problem" role="alert">
          {shellProblem}
        </p>
      )}
      {found && shellInputs.value ? <Found found={found} /> : <p class="empty">{say.none}</p>}
    </Panel>
  );
}

function Found({ found }: { found: Shell }) {
  return (
    <>
      <dl class="figures">
        <Figure name={say.dense} value={`${fixed(found.dense_nm, 0)}`} unit="nm" />
        <Figure name={say.apparent} value={`${fixed(found.apparent_nm, 0)}`} unit="nm">
          {found.sigma_nm !== null && <small>{say.sigma(fixed(found.sigma_nm, 0))}</small>}
        </Figure>
        {found.coverage && (
          <Figure
            name={say.coverage}
            value={fixed(100 * found.coverage.random_coverage, 0)}
            unit="%"
          >
            <small>{say.coverageAt(plain(Number(shellInputs.value?.sse_d50_um)))}</small>
          </Figure>
        )}
        <Wanted found={found} />
      </dl>
      <Bands found={found} />
      <Curve found={found} at={Number(shellInputs.value?.sse_wt_percent)} />
      <Spread />
      <details class="assumptions">
        <summary>{say.assumptions(found.assumptions.length)}</summary>
        <ul>
          {found.assumptions.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      </details>
    </>
  );
}

interface FigureProps {
  name: string;
  value: string;
  unit: string;
  children?: preact.ComponentChildren;
}

function Figure({ name, value, unit, children }: FigureProps) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <b>{value}</b> {unit}
        {children}
      </dd>
    </div>
  );
}

function Bands({ found }: { found: Shell }) {
  if (!found.band_nm) return null;
  const { by_exponent, by_mass } = found.band_nm;
  return (
    <p class="dim band">
      {say.band(fixed(by_exponent.d10_nm, 0), fixed(by_exponent.d90_nm, 0))};{" "}
      {say.byMass(fixed(by_mass.d10_nm, 0), fixed(by_mass.d90_nm, 0))}
    </p>
  );
}

/** The way back: which content makes a wanted thickness. */
function Wanted({ found }: { found: Shell }) {
  const id = useId();
  const wt = found.target?.wt_percent;
  return (
    <div class="wanted">
      <dt>
        <label for={id}>{say.target}</label>
      </dt>
      <dd>
        <span class="input">
          <input
            id={id}
            name="target_nm"
            inputMode="decimal"
            autocomplete="off"
            value={targetNm.value}
            onInput={({ currentTarget }) => {
              targetNm.value = currentTarget.value;
            }}
          />
          <span class="unit">nm</span>
        </span>
        {typeof wt === "number" && (
          <span class="wanted-answer">
            {say.takes(fixed(wt, 2))}{" "}
            <button type="button" class="small" onClick={() => use(wt)}>
              {say.use}
            </button>
          </span>
        )}
        {found.target?.why && <small>{found.target.why}</small>}
      </dd>
    </div>
  );
}

function use(wt: number): void {
  change(withValue(text.peek(), "sse", "wt_percent", written(Number(wt.toFixed(3)))));
}

const SPREAD = {
  d50_um: [keys.d50_um, "µm"],
  sse_wt_percent: [keys.wt_percent, "wt%"],
  core_density_g_cm3: ["Core density", "g/cm³"],
  shell_density_g_cm3: ["Shell density", "g/cm³"],
  solid_fraction: [keys.solid_fraction, ""],
} as const;

/** One standard deviation of each number of a lot, from which comes that of the thickness. */
function Spread() {
  return (
    <details class="spread">
      <summary>{say.spread}</summary>
      <div class="recipe-fields">
        {Object.entries(SPREAD).map(([key, [label, unit]]) => (
          <label key={key} class="field">
            <span>{label}</span>
            <span class="input">
              <input
                name={`sigma.${key}`}
                inputMode="decimal"
                autocomplete="off"
                value={spread.value[key] ?? ""}
                onInput={({ currentTarget }) => {
                  spread.value = { ...spread.value, [key]: currentTarget.value };
                }}
              />
              <span class="unit">{unit}</span>
            </span>
          </label>
        ))}
      </div>
    </details>
  );
}

import { plain } from "../format";
import { part } from "../live/store";
import { strings } from "../strings";

const simulated = part((s) => s.simulated);
const speed = part((s) => s.speed);
const behind = part((s) => s.scan.behind);

/** What must never be overlooked about the machine as a whole: that it is not real, or not in time. */
export function Banner() {
  const factor = speed.value ?? 1;
  return (
    <>
      {simulated.value && (
        <div class="simulation" role="note">
          <strong>{strings.simulation.title}</strong>
          <span>{strings.simulation.text}</span>
          {factor !== 1 && <span>{strings.simulation.speed(plain(factor))}</span>}
        </div>
      )}
      {behind.value && (
        <div class="notice" role="status">
          {strings.behind}
        </div>
      )}
    </>
  );
}

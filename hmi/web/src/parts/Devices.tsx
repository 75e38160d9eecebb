import { DASH, fixed } from "../format";
import { live, part } from "../live/store";
import { strings } from "../strings";

const devices = part((s) => s.devices);

/** The links to the devices, as the controller sees them. */
export function Devices() {
  const say = strings.devices;
  const rows = devices.value ?? [];
  if (rows.length === 0) return <p class="empty">{say.none}</p>;
  return (
    <div class="scroll" tabIndex={0}>
      <table class="table">
        <thead>
          <tr>
            <th scope="col">{say.device}</th>
            <th scope="col">{say.link}</th>
            <th scope="col" class="number">
              {say.age}
            </th>
            <th scope="col" class="number">
              {say.roundTrip}
            </th>
            <th scope="col" class="number">
              {say.errors}
            </th>
            <th scope="col" class="wide-only">
              {say.address}
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => {
            const linked = row.connected && live.value;
            return (
              <tr key={row.id} class={linked ? "" : "row-bad"}>
                <th scope="row">
                  {row.id} <small class="dim">{row.profile}</small>
                </th>
                <td>{linked ? say.connected : <span class="bad-word">{say.lost}</span>}</td>
                <td class="number">{linked ? fixed(row.age_s, 1) : DASH} s</td>
                <td class="number">{linked ? fixed(row.round_trip_ms, 1) : DASH} ms</td>
                <td class="number">{row.errors}</td>
                <td class="dim wide-only">{row.address}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

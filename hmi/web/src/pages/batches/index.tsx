import { Events } from "../../parts/Events";
import { Panel } from "../../parts/Panel";
import { strings } from "../../strings";

/** What happened at this mill. */
export default function Batches() {
  return (
    <div class="page">
      <Panel title={strings.tabs.events} area="events">
        <Events />
      </Panel>
    </div>
  );
}

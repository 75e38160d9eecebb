import { route } from "../../frame/route";
import { Devices } from "../../parts/Devices";
import { Panel } from "../../parts/Panel";
import { AllValues } from "../../parts/Values";
import { strings } from "../../strings";
import { People } from "./People";

/** The machine behind the mill: every signal with its source, and the links to the devices. */
export default function System() {
  if (route.value.rest[0] === "people") return <People />;
  return (
    <div class="page page-pair">
      <Panel title={strings.tabs.values} area="all-values">
        <AllValues />
      </Panel>
      <Panel title={strings.tabs.devices} area="devices">
        <Devices />
      </Panel>
    </div>
  );
}

import { route } from "../../frame/route";
import { BatchPanel } from "../../parts/BatchPanel";
import { Commands } from "../../parts/Commands";
import { Permissives } from "../../parts/Permissives";
import { Thickness } from "../../parts/Thickness";
import { Values } from "../../parts/Values";
import { AlarmPanel } from "./alarms/AlarmPanel";
import { Far } from "./Far";
import { Mimic } from "./mimic/Mimic";
import { Views } from "./Views";

/** The page that stays open while the mill runs. */
export default function Run() {
  if (route.value.rest[0] === "far") return <Far />;
  return (
    <div class="deck">
      <div class="column column-left">
        <BatchPanel />
        <Thickness />
      </div>
      <div class="column column-middle">
        <Mimic />
        <Values />
        <Views />
      </div>
      <div class="column column-right">
        <Commands />
        <Permissives />
        <AlarmPanel />
      </div>
    </div>
  );
}

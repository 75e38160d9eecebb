import { Alarms } from "../../parts/Alarms";
import { BatchPanel } from "../../parts/BatchPanel";
import { Commands } from "../../parts/Commands";
import { Permissives } from "../../parts/Permissives";
import { Thickness } from "../../parts/Thickness";
import { Values } from "../../parts/Values";
import { Views } from "../../parts/Views";
import { Mimic } from "./mimic/Mimic";

/** The page that stays open while the mill runs. */
export default function Run() {
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
        <Alarms />
      </div>
    </div>
  );
}

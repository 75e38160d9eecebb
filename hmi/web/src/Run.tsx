import { part } from "./live/store";
import { Alarms } from "./parts/Alarms";
import { Banner } from "./parts/Banner";
import { BatchPanel } from "./parts/BatchPanel";
import { Commands } from "./parts/Commands";
import { NotLive } from "./parts/NotLive";
import { Permissives } from "./parts/Permissives";
import { SafetyBar } from "./parts/SafetyBar";
import { Thickness } from "./parts/Thickness";
import { SessionNotice, TopBar } from "./parts/TopBar";
import { Values } from "./parts/Values";
import { Views } from "./parts/Views";

const simulated = part((s) => s.simulated);

/** The page that stays open while the mill runs. */
export function Run() {
  return (
    <div class={simulated.value ? "run run-simulated" : "run"}>
      <Banner />
      <SessionNotice />
      <TopBar />
      <main class="deck">
        <SafetyBar />
        <div class="column column-left">
          <BatchPanel />
          <Thickness />
        </div>
        <div class="column column-middle">
          <Values />
          <Views />
          <Alarms />
        </div>
        <div class="column column-right">
          <Commands />
          <Permissives />
        </div>
      </main>
      <NotLive />
    </div>
  );
}

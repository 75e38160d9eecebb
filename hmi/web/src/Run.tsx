import { effect } from "@preact/signals";
import { live, part } from "./live/store";
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
import { strings } from "./strings";

const simulated = part((s) => s.simulated);
const plant = part((s) => s.plant.title);
const state = part((s) => s.state);

effect(() => {
  const word = live.value ? (strings.states[state.value ?? ""] ?? "") : strings.live.title;
  document.title = plant.value ? strings.pageTitle(word, plant.value) : strings.product;
});

/** The page that stays open while the mill runs. */
export function Run() {
  return (
    <div class={simulated.value ? "run run-simulated" : "run"}>
      <header class="head">
        <Banner />
        <SessionNotice />
        <TopBar />
      </header>
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

import { effect } from "@preact/signals";
import { live, part } from "../live/store";
import { strings } from "../strings";
import { AlarmBanner } from "./AlarmBanner";
import { Banner } from "./Banner";
import { Head } from "./Head";
import { NotLive } from "./NotLive";
import { PageHost, showsTheMill } from "./PageHost";
import { Rail } from "./Rail";
import { route } from "./route";
import { SafetyBar } from "./SafetyBar";

const simulated = part((s) => s.simulated);
const plant = part((s) => s.plant.title);
const state = part((s) => s.state);

effect(() => {
  const word = live.value ? (strings.states[state.value ?? ""] ?? "") : strings.live.title;
  const page = strings.frame.page[route.value.page];
  document.title = plant.value ? strings.pageTitle(word, page, plant.value) : strings.product;
});

/** What is there on every page, around the page. */
export function Frame() {
  return (
    <div class={simulated.value ? "frame frame-simulated" : "frame"}>
      <button type="button" class="skip" onClick={() => document.getElementById("main")?.focus()}>
        {strings.frame.skip}
      </button>
      <Banner />
      <Head />
      <SafetyBar />
      <AlarmBanner />
      <Rail />
      <main id="main" class={`main main-${route.value.page}`} tabIndex={-1}>
        <PageHost />
      </main>
      {showsTheMill() && <NotLive />}
    </div>
  );
}

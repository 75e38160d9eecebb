import { Panel } from "../../parts/Panel";
import { RecipePicker } from "../../parts/RecipePicker";
import { Thickness } from "../../parts/Thickness";
import { strings } from "../../strings";

/** The recipes, and the shell that each one aims at. */
export default function Recipes() {
  return (
    <div class="page page-pair">
      <Panel title={strings.frame.page.recipes} area="recipes">
        <RecipePicker />
      </Panel>
      <Thickness />
    </div>
  );
}

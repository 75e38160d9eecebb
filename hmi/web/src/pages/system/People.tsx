import { person } from "../../live/store";
import { Panel } from "../../parts/Panel";
import { accountStrings as say } from "../../strings/accounts";
import { Own } from "./Own";
import { Users } from "./Users";
import "./people.css";

/** One's own account and, for administrators, everybody's. */
export function People() {
  const isAdmin = person.value?.roles.includes("admin");
  return (
    <div class="page page-pair page-people">
      <Own />
      {isAdmin ? (
        <Users />
      ) : (
        <Panel title={say.people.title} area="people">
          <p class="empty">{say.people.none}</p>
        </Panel>
      )}
    </div>
  );
}

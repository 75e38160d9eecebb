import { render } from "preact";
import { person } from "./live/store";
import { refreshPerson, startStream } from "./live/stream";
import { SignIn } from "./parts/SignIn";
import { Run } from "./Run";
import "./styles/index.css";

function Page() {
  if (person.value === undefined) return null;
  return person.value ? <Run /> : <SignIn />;
}

const root = document.getElementById("app");
if (root) render(<Page />, root);
startStream();
void refreshPerson();

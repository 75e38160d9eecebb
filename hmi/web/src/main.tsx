import { render } from "preact";
import { Frame } from "./frame/Frame";
import { SignIn } from "./frame/SignIn";
import { person } from "./live/store";
import { refreshPerson, startStream } from "./live/stream";
import "./styles/index.css";

function Page() {
  if (person.value === undefined) return null;
  return person.value ? <Frame /> : <SignIn />;
}

const root = document.getElementById("app");
if (root) render(<Page />, root);
startStream();
void refreshPerson();

import { render } from "preact";
import { Entry } from "./entry/Entry";
import { Prove } from "./entry/Prove";
import { Frame } from "./frame/Frame";
import { startTouching } from "./live/account";
import { person } from "./live/store";
import { refreshPerson, startStream } from "./live/stream";
import "./styles/index.css";

function Page() {
  if (person.value === undefined) return null;
  if (!person.value) return <Entry />;
  return (
    <>
      <Frame />
      <Prove />
    </>
  );
}

const root = document.getElementById("app");
if (root) render(<Page />, root);
startStream();
startTouching();
void refreshPerson();

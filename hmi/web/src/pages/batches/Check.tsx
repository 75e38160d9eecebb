import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { call, reasonsOf } from "../../api";
import { fixed } from "../../format";
import { batchStrings } from "../../strings/batches";

const say = batchStrings.check;
const LOOK_MS = 1000;

interface Told {
  running: boolean;
  verdict: {
    good: boolean | null;
    rows: number;
    head: string;
    broken: { row: number; reason: string } | null;
    why?: string;
  } | null;
}

const told = signal<Told | null>(null);
const problem = signal("");
let timer = 0;

async function ask(method: "GET" | "POST"): Promise<void> {
  clearTimeout(timer);
  try {
    told.value = await call<Told>(method, "record/verify", method === "POST" ? {} : undefined);
    problem.value = "";
    if (told.value.running) timer = window.setTimeout(() => void ask("GET"), LOOK_MS);
  } catch (error) {
    problem.value = reasonsOf(error).join(" ");
  }
}

/** Whether anybody has changed the record: asked for by a person, answered by the chain of hashes. */
export function Check() {
  useEffect(() => {
    void ask("GET");
    return () => clearTimeout(timer);
  }, []);
  const running = told.value?.running === true;
  return (
    <div class="check-record">
      <p class="dim">{say.lead}</p>
      <button type="button" disabled={running} onClick={() => void ask("POST")}>
        {running ? say.running : say.start}
      </button>
      <div role="status">
        {problem.value && <p class="problem">{problem}</p>}
        {!running && <Verdict it={told.value?.verdict ?? null} />}
      </div>
    </div>
  );
}

function Verdict({ it }: { it: Told["verdict"] }) {
  if (!it) return null;
  if (it.good === null) return <p class="problem">{say.unknown(it.why ?? "")}</p>;
  if (it.broken) return <p class="problem">{say.bad(it.broken.row, it.broken.reason)}</p>;
  return (
    <>
      <p>
        <b>{say.good(fixed(it.rows, 0))}</b>
      </p>
      <p class="dim hash">
        {say.head} {it.head}
      </p>
    </>
  );
}

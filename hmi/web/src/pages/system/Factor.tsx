import { useSignal } from "@preact/signals";
import { call, reasonsOf } from "../../api";
import { fieldsOf } from "../../entry/EntryForm";
import { withProof } from "../../live/account";
import { person } from "../../live/store";
import { refreshPerson } from "../../live/stream";
import { TextField } from "../../parts/TextField";
import { accountStrings } from "../../strings/accounts";

const say = accountStrings.factor;
// Light all around, so that a phone finds the code.
const QUIET = 4;

interface Offer {
  secret: string;
  uri: string;
  /** Rows of the QR code, `1` where it is dark. */
  picture: string[];
}

/** One's own second factor: set up with an app, or given up again. */
export function Factor({ onChanged }: { onChanged: () => Promise<void> }) {
  const offer = useSignal<Offer | null>(null);
  const said = useSignal("");
  const has = person.value?.has_factor ?? false;
  const attempt = async (work: () => Promise<void>) => {
    said.value = "";
    try {
      await work();
    } catch (error) {
      said.value = reasonsOf(error).join(" ");
    }
  };
  const begin = () =>
    attempt(async () => {
      offer.value = await withProof(() => call<Offer>("POST", "factor", {}));
    });
  const send = (form: HTMLFormElement) =>
    attempt(async () => {
      const { totp = "" } = fieldsOf(form);
      await withProof(() => call(has ? "DELETE" : "PUT", "factor", { totp }));
      offer.value = null;
      await refreshPerson();
      await onChanged();
      said.value = has ? say.nowOff : say.nowOn;
    });
  return (
    <section class="stack" data-factor={has ? "on" : "off"}>
      <h3 class="sub">{say.title}</h3>
      {person.value?.needs_factor && <p class="problem">{say.needed}</p>}
      <p class="dim">{has ? say.on : say.off}</p>
      {offer.value && <Shown offer={offer.value} />}
      {has || offer.value ? (
        <form
          key={String(has)}
          class="stack"
          onSubmit={(event) => {
            event.preventDefault();
            void send(event.currentTarget);
          }}
        >
          <TextField name="totp" label={say.code} hint={say.codeHint} kind="totp" />
          <div class="buttons">
            <button type="submit">{has ? say.end : say.confirm}</button>
            {offer.value && (
              <button
                type="button"
                class="quiet"
                onClick={() => {
                  offer.value = null;
                }}
              >
                {say.cancel}
              </button>
            )}
          </div>
        </form>
      ) : (
        <button type="button" onClick={() => void begin()}>
          {say.begin}
        </button>
      )}
      <p class={said.value ? "problem" : "problem unseen"} role="status">
        {said}
      </p>
    </section>
  );
}

function Shown({ offer }: { offer: Offer }) {
  return (
    <div class="handed-out">
      <p>{say.scan}</p>
      <Picture rows={offer.picture} />
      <p class="dim">{say.secret}</p>
      <code class="factor-secret" data-secret>
        {offer.secret}
      </code>
      <p class="dim">{say.uri}</p>
      <code class="factor-secret">{offer.uri}</code>
    </div>
  );
}

function Picture({ rows }: { rows: string[] }) {
  const dark = rows.flatMap((row, y) =>
    [...row].flatMap((cell, x) => (cell === "1" ? [`M${x} ${y}h1v1h-1z`] : [])),
  );
  const side = rows.length + 2 * QUIET;
  return (
    <svg
      class="factor-picture"
      viewBox={`${-QUIET} ${-QUIET} ${side} ${side}`}
      role="img"
      aria-label={say.picture}
      shape-rendering="crispEdges"
    >
      <path d={dark.join("")} />
    </svg>
  );
}

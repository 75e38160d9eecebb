import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { call } from "../api";
import { TextField } from "../parts/TextField";
import { accountStrings as say } from "../strings/accounts";
import { EntryForm } from "./EntryForm";

const needsSetup = signal<boolean | null>(null);
const withCode = signal(false);

async function look(): Promise<void> {
  try {
    needsSetup.value = (await call<{ needed: boolean }>("GET", "setup")).needed;
  } catch {
    needsSetup.value = false;
  }
}

/** What somebody sees who is not signed in: the first set-up, or the sign-in. */
export function Entry() {
  useEffect(() => {
    void look();
    // Whoever comes back here later signs in anew, whatever was chosen before.
    return () => {
      needsSetup.value = null;
      withCode.value = false;
    };
  }, []);
  if (needsSetup.value === null) return null;
  if (needsSetup.value) return <Setup />;
  return withCode.value ? <Enroll /> : <SignIn />;
}

function Setup() {
  return (
    <EntryForm title={say.setup.title} lead={say.setup.lead} submit={say.setup.submit} path="setup">
      <TextField name="name" label={say.name} autocomplete="username" />
      <TextField name="code" label={say.setup.code} hint={say.setup.codeHint} kind="code" />
      <NewPassword />
    </EntryForm>
  );
}

function SignIn() {
  return (
    <EntryForm
      key="password"
      title={say.signIn.title}
      submit={say.signIn.submit}
      path="session"
      foot={<Other text={say.signIn.withCode} code />}
    >
      <TextField name="name" label={say.name} autocomplete="username" />
      <TextField
        name="password"
        label={say.password}
        kind="password"
        autocomplete="current-password"
      />
      <Totp />
    </EntryForm>
  );
}

function Enroll() {
  return (
    <EntryForm
      key="code"
      title={say.signIn.codeTitle}
      lead={say.signIn.codeLead}
      submit={say.signIn.codeSubmit}
      path="enroll"
      foot={<Other text={say.signIn.withPassword} />}
    >
      <TextField name="name" label={say.name} autocomplete="username" />
      <TextField name="code" label={say.signIn.code} hint={say.signIn.codeHint} kind="code" />
      <NewPassword />
      <Totp />
    </EntryForm>
  );
}

/** Always there: a field that came after the password would say that the password was right. */
function Totp() {
  return <TextField name="totp" label={say.totp} hint={say.totpHint} kind="totp" />;
}

function NewPassword() {
  return (
    <TextField
      name="password"
      label={say.newPassword}
      hint={say.passwordHint}
      kind="password"
      autocomplete="new-password"
    />
  );
}

function Other({ text, code = false }: { text: string; code?: boolean }) {
  return (
    <button
      type="button"
      class="quiet"
      onClick={() => {
        withCode.value = code;
      }}
    >
      {text}
    </button>
  );
}

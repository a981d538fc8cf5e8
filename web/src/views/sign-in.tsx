// Everything before the chat: sign in with one factor or two, sign up, confirm, and a forgotten or first password.
import {
  confirmResetPassword,
  confirmSignIn,
  confirmSignUp,
  resendSignUpCode,
  resetPassword,
  signIn,
  signInWithRedirect,
  signUp,
  type SignInOutput,
} from 'aws-amplify/auth';
import { useState, type FormEvent, type ReactNode } from 'react';
import { explain } from '../problems';

type Step =
  | 'sign-in'
  | 'sign-up'
  | 'confirm'
  | 'forgot'
  | 'new-password'
  | 'sent-code'
  | 'app-code'
  | 'app'
  | 'first-password';

export function SignIn({ outbox, hasSignInPage }: { outbox: string | null; hasSignInPage: boolean }) {
  const [step, setStep] = useState<Step>('sign-in');
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const [given, setGiven] = useState('');
  const [family, setFamily] = useState('');
  /** Of the authenticator app that is to be set up: for typing, and for a click. */
  const [key, setKey] = useState({ text: '', address: '' });
  const [lacking, setLacking] = useState<string[]>([]);
  const [note, setNote] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [isBusy, setIsBusy] = useState(false);

  function go(next: Step, why: string | null = null) {
    setStep(next);
    setNote(why);
    setProblem(null);
    setCode('');
  }

  async function attempt(action: () => Promise<void>) {
    setIsBusy(true);
    setProblem(null);
    try {
      await action();
    } catch (thrown) {
      setProblem(explain(thrown).text);
    } finally {
      setIsBusy(false);
    }
  }

  // Success needs no word here: Amplify's Hub tells the app.
  async function enter() {
    await follow(await signIn({ username: email, password }));
  }

  async function answer(challengeResponse: string, userAttributes = {}) {
    await follow(await confirmSignIn({ challengeResponse, options: { userAttributes } }));
  }

  async function follow({ nextStep }: SignInOutput) {
    switch (nextStep.signInStep) {
      case 'DONE':
        return;
      case 'CONFIRM_SIGN_UP':
        await resendSignUpCode({ username: email });
        return go('confirm', `We sent a new code to ${email}.`);
      case 'RESET_PASSWORD':
        await resetPassword({ username: email });
        return go('new-password', `We sent a code to ${email}.`);
      case 'CONFIRM_SIGN_IN_WITH_EMAIL_CODE':
      case 'CONFIRM_SIGN_IN_WITH_SMS_CODE':
        return go('sent-code', `We sent a code to ${nextStep.codeDeliveryDetails?.destination}.`);
      case 'CONFIRM_SIGN_IN_WITH_TOTP_CODE':
        return go('app-code');
      case 'CONTINUE_SIGN_IN_WITH_TOTP_SETUP': {
        const { sharedSecret, getSetupUri } = nextStep.totpSetupDetails;
        setKey({ text: sharedSecret, address: getSetupUri('Parlor', email).href });
        return go('app', 'Give your authenticator app this key, then type the code that it shows.');
      }
      case 'CONFIRM_SIGN_IN_WITH_NEW_PASSWORD_REQUIRED':
        setLacking(nextStep.missingAttributes ?? []);
        setPassword('');
        return go('first-password', 'You were invited. Choose a password of your own.');
      default:
        throw new Error(`This page does not know the step ${nextStep.signInStep}.`);
    }
  }

  const actions: Record<Step, () => Promise<void>> = {
    'sign-in': enter,
    async 'sign-up'() {
      const userAttributes = { email, given_name: given, family_name: family };
      await signUp({ username: email, password, options: { userAttributes } });
      go('confirm', `We sent a code to ${email}.`);
    },
    async confirm() {
      await confirmSignUp({ username: email, confirmationCode: code.trim() });
      if (password) await enter();
      else go('sign-in', 'Confirmed. Now sign in.');
    },
    async forgot() {
      await resetPassword({ username: email });
      setPassword('');
      go('new-password', `If there is an account for ${email}, we sent it a code.`);
    },
    async 'new-password'() {
      await confirmResetPassword({ username: email, confirmationCode: code.trim(), newPassword: password });
      await enter();
    },
    'sent-code': () => answer(code.trim()),
    'app-code': () => answer(code.trim()),
    app: () => answer(code.trim()),
    'first-password': () => answer(password, named(lacking)),
  };

  /** What was typed of these attributes. */
  const named = (names: string[]) =>
    Object.fromEntries(
      Object.entries({ given_name: given, family_name: family }).filter(([name]) => names.includes(name)),
    );

  const emailField = (
    <Field label="E-mail" type="email" autoComplete="username" value={email} onChange={setEmail} />
  );
  const codeField = (
    <Field label="Code" inputMode="numeric" autoComplete="one-time-code" value={code} onChange={setCode} />
  );
  const givenField = <Field label="Given name" autoComplete="given-name" value={given} onChange={setGiven} />;
  const familyField = (
    <Field label="Family name" autoComplete="family-name" value={family} onChange={setFamily} />
  );
  const passwordField = (kind: 'current-password' | 'new-password') => (
    <Field
      label={kind === 'new-password' && step !== 'sign-up' ? 'New password' : 'Password'}
      type="password"
      autoComplete={kind}
      value={password}
      onChange={setPassword}
    />
  );

  const back = <Link onClick={() => go('sign-in')}>Back</Link>;

  const forms: Record<Step, { title: string; button: string; fields: ReactNode; links: ReactNode }> = {
    'sign-in': {
      title: 'Sign in',
      button: 'Sign in',
      fields: [emailField, passwordField('current-password')],
      links: [
        <Link onClick={() => go('sign-up')}>Create an account</Link>,
        <Link onClick={() => go('forgot')}>Forgot your password?</Link>,
        hasSignInPage && (
          <Link onClick={() => void attempt(() => signInWithRedirect())}>On Cognito’s page</Link>
        ),
      ],
    },
    'sign-up': {
      title: 'Create an account',
      button: 'Sign up',
      fields: [
        givenField,
        familyField,
        emailField,
        passwordField('new-password'),
      ],
      links: [<Link onClick={() => go('sign-in')}>I have an account</Link>],
    },
    confirm: {
      title: 'Confirm your e-mail',
      button: 'Confirm',
      fields: [codeField],
      links: [
        <Link
          onClick={() =>
            void attempt(async () => {
              await resendSignUpCode({ username: email });
              setNote(`We sent a new code to ${email}.`);
            })
          }
        >
          Send a new code
        </Link>,
        back,
      ],
    },
    forgot: {
      title: 'Forgot your password?',
      button: 'Send me a code',
      fields: [emailField],
      links: [back],
    },
    'new-password': {
      title: 'Choose a new password',
      button: 'Save and sign in',
      fields: [codeField, passwordField('new-password')],
      links: [
        <Link onClick={() => go('forgot')}>Send a new code</Link>,
        back,
      ],
    },
    'sent-code': { title: 'One thing more', button: 'Sign in', fields: [codeField], links: [back] },
    'app-code': {
      title: 'One thing more',
      button: 'Sign in',
      fields: [<p>Type the code that your authenticator app shows.</p>, codeField],
      links: [back],
    },
    app: {
      title: 'Set up an authenticator app',
      button: 'Sign in',
      fields: [
        <p>
          <code className="key">{key.text}</code>
        </p>,
        <p className="small">
          <a href={key.address}>Open my authenticator app</a>
        </p>,
        codeField,
      ],
      links: [back],
    },
    'first-password': {
      title: 'Choose a password',
      button: 'Save and sign in',
      fields: [
        lacking.includes('given_name') && givenField,
        lacking.includes('family_name') && familyField,
        passwordField('new-password'),
      ],
      links: [back],
    },
  };

  const form = forms[step];
  const awaitsCode = ['confirm', 'new-password', 'sent-code'].includes(step);

  function submit(event: FormEvent) {
    event.preventDefault();
    void attempt(actions[step]);
  }

  return (
    <main className="centre">
      <form className="card stack" key={step} onSubmit={submit}>
        <p className="brand">
          <img src="/parlor.svg" alt="" width="28" height="28" /> Parlor
        </p>
        <h1>{form.title}</h1>
        {note && <p role="status">{note}</p>}
        {awaitsCode && outbox && (
          <p className="quiet small">
            On this machine nothing is really sent: the code is in the{' '}
            <a href={outbox} target="_blank" rel="noreferrer">
              outbox
            </a>
            .
          </p>
        )}
        {[form.fields].flat().map((field, i) => (
          <div key={i}>{field}</div>
        ))}
        {problem && <p role="alert">{problem}</p>}
        <button className="primary" disabled={isBusy}>
          {isBusy ? 'One moment …' : form.button}
        </button>
        <p className="links">
          {[form.links].flat().map((link, i) => (
            <span key={i}>{link}</span>
          ))}
        </p>
      </form>
    </main>
  );
}

function Field(props: {
  label: string;
  value: string;
  onChange: (value: string) => void;
  type?: string;
  autoComplete?: string;
  inputMode?: 'numeric';
}) {
  const { label, onChange, ...input } = props;
  return (
    <label>
      {label}
      <input {...input} onChange={(event) => onChange(event.target.value)} required />
    </label>
  );
}

const Link = ({ onClick, children }: { onClick: () => void; children: ReactNode }) => (
  <button type="button" className="link" onClick={onClick}>
    {children}
  </button>
);

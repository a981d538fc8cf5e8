// People of the user pool, through Cognito's own wire protocol; several are signed in side by side.

const KEY = 'parlor.people';
const people = new Map(
  JSON.parse(sessionStorage.getItem(KEY) ?? '[]').map((person) => [person.email, person]),
);
const watchers = new Set();
let config;

export function configure(newConfig) {
  config = newConfig;
}

/** The client that takes a password as it is. Production has none: there, Cognito says so. */
const clientId = () => config.commandLineClientId ?? config.userPoolClientId;

/** Calls back now and whenever somebody signs in or out. */
export function watchPeople(callback) {
  watchers.add(callback);
  callback();
}

export const signedIn = () => [...people.values()];

/** Signs in; somebody new is signed up and confirmed first, with the code from the outbox. */
export async function enter({ email, password, givenName, familyName }) {
  const ClientId = clientId();
  try {
    const { UserConfirmed } = await call('SignUp', {
      ClientId,
      Username: email,
      Password: password,
      UserAttributes: [
        { Name: 'email', Value: email },
        { Name: 'given_name', Value: givenName },
        { Name: 'family_name', Value: familyName },
      ],
    });
    // A PreSignUp function may confirm people by itself.
    if (!UserConfirmed) await confirm(email);
  } catch (error) {
    if (error.name !== 'UsernameExistsException') throw error;
  }
  return signIn(email, password).catch(async (error) => {
    if (error.name !== 'UserNotConfirmedException') throw error;
    await call('ResendConfirmationCode', { ClientId, Username: email });
    await confirm(email);
    return signIn(email, password);
  });
}

async function confirm(email) {
  const [mail] = await fetch(`/_local/outbox?to=${encodeURIComponent(email)}`).then((answer) =>
    answer.json(),
  );
  if (!mail) throw new Error(`No mail for ${email} in the outbox.`);
  await call('ConfirmSignUp', {
    ClientId: clientId(),
    Username: email,
    ConfirmationCode: mail.code,
  });
}

async function signIn(email, password) {
  const answer = await call('InitiateAuth', {
    AuthFlow: 'USER_PASSWORD_AUTH',
    AuthParameters: { USERNAME: email, PASSWORD: password },
    ClientId: clientId(),
  });
  if (!answer.AuthenticationResult)
    throw new Error(`This page does not know the challenge ${answer.ChallengeName}.`);
  return keep({ email }, answer.AuthenticationResult);
}

export async function signOut(email) {
  const { refreshToken } = people.get(email);
  people.delete(email);
  changed();
  await call('RevokeToken', { ClientId: clientId(), Token: refreshToken });
}

/** A token that is still valid: fetches new ones when the old expire within a minute. */
export async function accessToken(email) {
  const person = people.get(email);
  if (!person) throw new Error(`${email} is not signed in.`);
  if (person.expiresAtMs - Date.now() > 60_000) return person.accessToken;
  try {
    const answer = await call('GetTokensFromRefreshToken', {
      ClientId: clientId(),
      RefreshToken: person.refreshToken,
    });
    return keep(person, answer.AuthenticationResult).accessToken;
  } catch (error) {
    if (error.name === 'NotAuthorizedException') {
      people.delete(email);
      changed();
      throw new Error(`The session of ${email} has ended: sign in again.`);
    }
    throw error;
  }
}

function keep(known, { AccessToken, IdToken, RefreshToken, ExpiresIn }) {
  const claims = payload(IdToken);
  const person = {
    ...known,
    email: claims.email ?? known.email,
    name: [claims.given_name, claims.family_name].filter(Boolean).join(' ') || known.email,
    id: claims.sub,
    accessToken: AccessToken,
    refreshToken: RefreshToken ?? known.refreshToken,
    expiresAtMs: Date.now() + ExpiresIn * 1000,
  };
  people.set(person.email, person);
  changed();
  return person;
}

function changed() {
  sessionStorage.setItem(KEY, JSON.stringify([...people.values()]));
  for (const callback of watchers) callback();
}

function payload(token) {
  const bytes = Uint8Array.from(atob(token.split('.')[1].replaceAll('-', '+').replaceAll('_', '/')), (c) =>
    c.charCodeAt(0),
  );
  return JSON.parse(new TextDecoder().decode(bytes));
}

async function call(operation, body) {
  const answer = await fetch(config.userPoolEndpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `AWSCognitoIdentityProviderService.${operation}`,
    },
    body: JSON.stringify(body),
  });
  const result = await answer.json().catch(() => ({}));
  if (answer.ok) return result;
  const name = (result.__type ?? 'Error').split('#').pop();
  throw Object.assign(new Error(result.message ?? `${operation} answered ${answer.status}`), { name });
}

// amazon-cognito-identity-js: sign-up to deletion, with SRP, devices' storage, refresh, reset and global sign-out.
import assert from 'node:assert/strict';
import {
  AuthenticationDetails,
  CognitoRefreshToken,
  CognitoUser,
  CognitoUserAttribute,
  CognitoUserPool,
} from 'amazon-cognito-identity-js';
import { PASSWORD, claims, code, config, refused, saw, url } from './parlor.js';
import { totp } from './totp.js';

const EMAIL = 'identity-js@example.com';

// It keeps what it knows in here: the browser's localStorage elsewhere.
const kept = new Map();
const Storage = {
  setItem: (key, value) => kept.set(key, value),
  getItem: (key) => kept.get(key) ?? null,
  removeItem: (key) => kept.delete(key),
  clear: () => kept.clear(),
};
const pool = new CognitoUserPool({
  UserPoolId: config.userPoolId,
  ClientId: config.userPoolClientId,
  endpoint: `${url}/`,
  Storage,
});
const user = (Username = EMAIL) => new CognitoUser({ Username, Pool: pool, Storage });

/** `callback(error, result)` as a promise. */
const called = (start) =>
  new Promise((resolve, reject) => start((error, result) => (error ? reject(error) : resolve(result))));
/** `{ onSuccess, onFailure, … }` as a promise of the first that comes. */
const answered = (start) =>
  new Promise((resolve, reject) => {
    const next = (name) => (value) => resolve({ name, value });
    const steps = ['onSuccess', 'totpRequired', 'newPasswordRequired', 'mfaSetup', 'inputVerificationCode'];
    start({ ...Object.fromEntries(steps.map((name) => [name, next(name)])), onFailure: reject });
  });
const signIn = (who, Password) =>
  answered((steps) => who.authenticateUser(new AuthenticationDetails({ Username: EMAIL, Password }), steps));

const attributes = [
  ['email', EMAIL],
  ['given_name', 'Ida'],
  ['family_name', 'Jones'],
].map(([Name, Value]) => new CognitoUserAttribute({ Name, Value }));
await refused('InvalidPasswordException', called((done) => pool.signUp(EMAIL, 'short', attributes, [], done)));
const signedUp = await called((done) => pool.signUp(EMAIL, PASSWORD, attributes, [], done));
assert.equal(signedUp.userConfirmed, false);
assert.equal(signedUp.codeDeliveryDetails.DeliveryMedium, 'EMAIL');
saw(`signUp: ${signedUp.userSub}, a code on its way to ${signedUp.codeDeliveryDetails.Destination}`);
await refused('UsernameExistsException', called((done) => pool.signUp(EMAIL, PASSWORD, attributes, [], done)));
await refused('UserNotConfirmedException', signIn(user(), PASSWORD));

await refused('CodeMismatchException', called((done) => user().confirmRegistration('000000', false, done)));
await called((done) => user().resendConfirmationCode(done));
assert.equal(await called(async (done) => user().confirmRegistration(await code(EMAIL), false, done)), 'SUCCESS');
await refused('NotAuthorizedException', signIn(user(), 'Wrong-Horse-9'));

const me = user();
const { name, value: session } = await signIn(me, PASSWORD);
assert.equal(name, 'onSuccess');
assert(session.isValid());
assert.equal(session.getIdToken().payload.email, EMAIL);
assert.equal(session.getAccessToken().payload.username, signedUp.userSub);
saw(`authenticateUser by SRP: an access token until ${new Date(session.getAccessToken().getExpiration() * 1000).toISOString()}`);

const got = await called((done) => me.getUserAttributes(done));
assert.equal(got.find((attribute) => attribute.getName() === 'given_name').getValue(), 'Ida');
await called((done) => me.updateAttributes([new CognitoUserAttribute({ Name: 'given_name', Value: 'Idabel' })], done));
const data = await called((done) => me.getUserData(done, { bypassCache: true }));
assert.equal(data.UserAttributes.find(({ Name }) => Name === 'given_name').Value, 'Idabel');
saw('getUserAttributes, updateAttributes, getUserData');

const restored = await called((done) => pool.getCurrentUser().getSession(done));
// Changed attributes were followed by a refresh.
assert.equal(restored.getIdToken().payload.given_name, 'Idabel');
const fresh = await called((done) =>
  me.refreshSession(new CognitoRefreshToken({ RefreshToken: session.getRefreshToken().getToken() }), done),
);
assert.notEqual(fresh.getAccessToken().getJwtToken(), session.getAccessToken().getJwtToken());
assert.equal(claims(fresh.getAccessToken().getJwtToken()).origin_jti, session.getAccessToken().payload.origin_jti);
saw('getCurrentUser, getSession, refreshSession: a new token of the same sign-in');

assert.equal(await called((done) => me.changePassword(PASSWORD, `${PASSWORD}b`, done)), 'SUCCESS');
await answered((steps) => user().forgotPassword(steps));
await new Promise((onSuccess, onFailure) => {
  code(EMAIL).then((sent) => user().confirmPassword(sent, PASSWORD, { onSuccess, onFailure }), onFailure);
});
saw('changePassword, forgotPassword, confirmPassword');

await authenticatorApp();

const again = user();
assert.equal((await signIn(again, PASSWORD)).name, 'onSuccess');
await answered((steps) => again.globalSignOut(steps));
await refused(
  'NotAuthorizedException',
  called((done) => me.refreshSession(new CognitoRefreshToken({ RefreshToken: session.getRefreshToken().getToken() }), done)),
);
saw('globalSignOut: the other device is out, too');

const last = user();
await signIn(last, PASSWORD);
assert.equal(await called((done) => last.deleteUser(done)), 'SUCCESS');
await refused('NotAuthorizedException', signIn(user(), PASSWORD));
saw('deleteUser');

/** Where the pool has a second factor. */
async function authenticatorApp() {
  const one = user();
  await signIn(one, PASSWORD);
  const secret = await new Promise((resolve, onFailure) =>
    one.associateSoftwareToken({ associateSecretCode: resolve, onFailure }),
  ).catch((error) => error);
  if (secret?.name === 'SoftwareTokenMFANotFoundException') {
    saw(`${secret.name}: this pool has no second factor`);
    return;
  }
  assert.match(String(secret), /^[A-Z2-7]+$/);
  await new Promise((onSuccess, onFailure) =>
    one.verifySoftwareToken(totp(secret), 'phone', { onSuccess, onFailure }),
  );
  const on = { PreferredMfa: true, Enabled: true };
  await called((done) => one.setUserMfaPreference(null, on, done));
  const two = user();
  const asked = await signIn(two, PASSWORD);
  assert.equal(asked.name, 'totpRequired');
  // A code is good once: this one is the next, which the server takes for clocks that run fast.
  const next = totp(secret, Date.now() + 30_000);
  const done = await answered((steps) => two.sendMFACode(next, steps, 'SOFTWARE_TOKEN_MFA'));
  assert.equal(done.name, 'onSuccess');
  await called((callback) => two.setUserMfaPreference(null, { PreferredMfa: false, Enabled: false }, callback));
  saw('associateSoftwareToken, verifySoftwareToken, totpRequired, sendMFACode');
}

// openid-client: Cognito's own sign-in page as any OpenID Connect client sees it, and a browser without scripts.
import assert from 'node:assert/strict';
import * as idp from '@aws-sdk/client-cognito-identity-provider';
import * as oidc from 'openid-client';
import { PASSWORD, config, saw } from './parlor.js';

const EMAIL = 'openid@example.com';
const { domain, redirectSignIn, redirectSignOut, scopes } = config.amplify.Auth.Cognito.loginWith.oauth;
assert.equal(domain, new URL(config.userPoolEndpoint).host);

const pool = new idp.CognitoIdentityProviderClient();
const of = { UserPoolId: config.userPoolId, Username: EMAIL };
const UserAttributes = [
  ['email', EMAIL],
  ['email_verified', 'true'],
  ['given_name', 'Opal'],
  ['family_name', 'Id'],
].map(([Name, Value]) => ({ Name, Value }));
await pool.send(new idp.AdminCreateUserCommand({ ...of, UserAttributes, MessageAction: 'SUPPRESS' }));
await pool.send(new idp.AdminSetUserPasswordCommand({ ...of, Password: PASSWORD, Permanent: true }));

const issuer = new URL(`${config.userPoolEndpoint}${config.userPoolId}`);
const client = await oidc.discovery(issuer, config.userPoolClientId, undefined, oidc.None(), {
  // It wants TLS of everybody, this machine included.
  execute: [oidc.allowInsecureRequests, oidc.enableNonRepudiationChecks],
});
saw(`the discovery of ${client.serverMetadata().authorization_endpoint}`);

const verifier = oidc.randomPKCECodeVerifier();
const [state, nonce] = [oidc.randomState(), oidc.randomNonce()];
const start = oidc.buildAuthorizationUrl(client, {
  redirect_uri: redirectSignIn[0],
  scope: scopes.join(' '),
  state,
  nonce,
  code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
  code_challenge_method: 'S256',
});

/** A browser: cookies, and one step at a time. */
const cookies = new Map();
async function visit(address, fields) {
  const answer = await fetch(address, {
    redirect: 'manual',
    method: fields ? 'POST' : 'GET',
    body: fields && new URLSearchParams(fields),
    headers: { cookie: [...cookies].map((pair) => pair.join('=')).join('; ') },
  });
  for (const cookie of answer.headers.getSetCookie()) {
    const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie);
    cookies.set(name, value);
  }
  const location = answer.headers.get('location');
  return { status: answer.status, to: location && new URL(location, address), text: await answer.text(), address };
}

const { to } = await visit(start);
const page = await visit(to);
assert.equal(page.status, 200, page.text);
const action = new URL(/action="([^"]+)"/.exec(page.text)[1].replaceAll('&amp;', '&'), page.address);
const _csrf = /name="_csrf" value="([^"]+)"/.exec(page.text)[1];
const refusal = await visit(action, { _csrf, username: EMAIL, password: 'Wrong-Horse-9' });
assert.match(refusal.text, /Incorrect username or password\./);
const back = await visit(action, { _csrf, username: EMAIL, password: PASSWORD });
assert.equal(`${back.to.origin}${back.to.pathname}`, redirectSignIn[0]);
saw(`the page, a wrong password, a right one, and the way back to ${back.to.origin}`);

const tokens = await oidc.authorizationCodeGrant(client, back.to, {
  pkceCodeVerifier: verifier,
  expectedState: state,
  expectedNonce: nonce,
  idTokenExpected: true,
});
const { sub } = tokens.claims();
const told = await oidc.fetchUserInfo(client, tokens.access_token, sub);
assert.equal(told.email, EMAIL);
assert.equal(told.given_name, 'Opal');
saw(`tokens whose signature it verified, for ${tokens.scope ?? scopes.join(' ')}; userInfo of ${told.email}`);
const me = await pool.send(new idp.GetUserCommand({ AccessToken: tokens.access_token }));
assert.equal(me.Username, sub);
const answer = await fetch(config.graphqlUrl, {
  method: 'POST',
  headers: { 'content-type': 'application/json', authorization: tokens.access_token },
  body: JSON.stringify({ query: '{ me { id } }' }),
});
assert.equal((await answer.json()).data.me.id, sub);
saw('GetUser and the GraphQL API take the access token');

const again = await oidc.authorizationCodeGrant(client, back.to, { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce }).catch((error) => error);
assert.equal(again.error, 'invalid_grant');
const fresh = await oidc.refreshTokenGrant(client, tokens.refresh_token);
assert.notEqual(fresh.access_token, tokens.access_token);
const known = await visit(start);
assert(known.to.searchParams.has('code'), 'the browser is not known any more');
await oidc.tokenRevocation(client, tokens.refresh_token);
const over = await oidc.refreshTokenGrant(client, tokens.refresh_token).catch((error) => error);
assert.equal(over.error, 'invalid_grant');
saw('the code once only, a refresh, a second sign-in without a password, and a revocation');

const out = oidc.buildEndSessionUrl(client, { logout_uri: redirectSignOut[0] });
assert.equal((await visit(out)).to.href, redirectSignOut[0]);
assert.equal((await visit(start)).to.pathname, '/login');
saw('the sign-out: the page asks for the password again');

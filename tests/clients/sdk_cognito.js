// AWS SDK for JavaScript v3: the operator's and the person's side of the user pool, then the identity pool.
import assert from 'node:assert/strict';
import * as identity from '@aws-sdk/client-cognito-identity';
import * as idp from '@aws-sdk/client-cognito-identity-provider';
import { AuthenticationDetails, CognitoUser, CognitoUserPool } from 'amazon-cognito-identity-js';
import { ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { PASSWORD, claims, code, config, refused, saw, url } from './parlor.js';

const EMAIL = 'sdk-v3@example.com';
const UserPoolId = config.userPoolId;
// The web client proves passwords by SRP alone, which this SDK does not do.
const ClientId = config.commandLineClientId;
// The endpoint, the region and the keys come from the environment, as in AWS.
const pool = new idp.CognitoIdentityProviderClient();
const of = { UserPoolId, Username: EMAIL };

const created = await pool.send(
  new idp.AdminCreateUserCommand({
    ...of,
    TemporaryPassword: 'Temporary-1!',
    MessageAction: 'SUPPRESS',
    UserAttributes: [
      { Name: 'email', Value: EMAIL },
      { Name: 'email_verified', Value: 'true' },
      { Name: 'given_name', Value: 'Sid' },
      { Name: 'family_name', Value: 'Kay' },
    ],
  }),
);
assert.equal(created.User.UserStatus, 'FORCE_CHANGE_PASSWORD');
assert(created.User.UserCreateDate instanceof Date);
saw(`AdminCreateUser: ${created.User.Username}, ${created.User.UserStatus}`);

const asked = await pool.send(
  new idp.InitiateAuthCommand({
    AuthFlow: 'USER_PASSWORD_AUTH',
    ClientId,
    AuthParameters: { USERNAME: EMAIL, PASSWORD: 'Temporary-1!' },
  }),
);
assert.equal(asked.ChallengeName, 'NEW_PASSWORD_REQUIRED');
const { AuthenticationResult: tokens } = await pool.send(
  new idp.RespondToAuthChallengeCommand({
    ClientId,
    ChallengeName: asked.ChallengeName,
    Session: asked.Session,
    ChallengeResponses: { USERNAME: EMAIL, NEW_PASSWORD: PASSWORD },
  }),
);
saw('InitiateAuth, NEW_PASSWORD_REQUIRED, RespondToAuthChallenge: tokens');

await pool.send(new idp.AdminAddUserToGroupCommand({ ...of, GroupName: 'admin' }));
const { Groups } = await pool.send(new idp.AdminListGroupsForUserCommand(of));
assert.deepEqual(Groups.map((group) => group.GroupName), ['admin']);
const refreshed = await pool.send(new idp.GetTokensFromRefreshTokenCommand({ ClientId, RefreshToken: tokens.RefreshToken }));
assert.deepEqual(claims(refreshed.AuthenticationResult.AccessToken)['cognito:groups'], ['admin']);
saw('AdminAddUserToGroup, then cognito:groups in refreshed tokens');

const { Users } = await pool.send(new idp.ListUsersCommand({ UserPoolId, Filter: `email = "${EMAIL}"` }));
assert.equal(Users.length, 1);
const { Users: admins } = await pool.send(new idp.ListUsersInGroupCommand({ UserPoolId, GroupName: 'admin' }));
assert.equal(admins[0].Username, created.User.Username);
const { UserPool } = await pool.send(new idp.DescribeUserPoolCommand({ UserPoolId }));
assert.equal(UserPool.Policies.PasswordPolicy.MinimumLength, 8);
saw(`ListUsers, ListUsersInGroup, DescribeUserPool: passwords of ${UserPool.Policies.PasswordPolicy.MinimumLength} characters`);

await refused('UserNotFoundException', pool.send(new idp.AdminGetUserCommand({ ...of, Username: 'nobody@example.com' })));
const unknown = { AuthFlow: 'USER_PASSWORD_AUTH', ClientId };
const hidden = await refused(
  'NotAuthorizedException',
  pool.send(new idp.InitiateAuthCommand({ ...unknown, AuthParameters: { USERNAME: 'nobody@example.com', PASSWORD } })),
);
const wrong = await refused(
  'NotAuthorizedException',
  pool.send(new idp.InitiateAuthCommand({ ...unknown, AuthParameters: { USERNAME: EMAIL, PASSWORD: 'Wrong-1!!' } })),
);
assert.equal(hidden.message, wrong.message, 'a stranger can tell who has an account');

await invited();

const idToken = await bySrp();
const identities = new identity.CognitoIdentityClient();
const issuer = new URL(claims(idToken).iss);
const Logins = { [issuer.host + issuer.pathname]: idToken };
const { IdentityId } = await identities.send(new identity.GetIdCommand({ IdentityPoolId: config.identityPoolId, Logins }));
const { Credentials } = await identities.send(new identity.GetCredentialsForIdentityCommand({ IdentityId, Logins }));
assert(Credentials.Expiration > new Date());
const s3 = new S3Client({
  forcePathStyle: true,
  credentials: {
    accessKeyId: Credentials.AccessKeyId,
    secretAccessKey: Credentials.SecretKey,
    sessionToken: Credentials.SessionToken,
  },
});
await s3.send(new ListObjectsV2Command({ Bucket: config.bucket, Prefix: 'public/' }));
saw(`GetId, GetCredentialsForIdentity: ${Credentials.AccessKeyId} until ${Credentials.Expiration.toISOString()}, which S3 takes`);
const guest = await identities.send(new identity.GetIdCommand({ IdentityPoolId: config.identityPoolId }));
assert.notEqual(guest.IdentityId, IdentityId, 'a guest has an identity of their own');

const { AccessToken } = refreshed.AuthenticationResult;
const me = await pool.send(new idp.GetUserCommand({ AccessToken }));
assert.equal(me.Username, created.User.Username);
await pool.send(new idp.AdminUserGlobalSignOutCommand(of));
await refused('NotAuthorizedException', pool.send(new idp.GetUserCommand({ AccessToken })));
saw('AdminUserGlobalSignOut: the access token is over');

await pool.send(new idp.AdminSetUserPasswordCommand({ ...of, Password: `${PASSWORD}b`, Permanent: true }));
await pool.send(new idp.AdminDisableUserCommand(of));
await refused(
  'NotAuthorizedException',
  pool.send(new idp.InitiateAuthCommand({ ...unknown, AuthParameters: { USERNAME: EMAIL, PASSWORD: `${PASSWORD}b` } })),
);
await pool.send(new idp.AdminEnableUserCommand(of));
await pool.send(new idp.AdminDeleteUserCommand(of));
saw('AdminSetUserPassword, AdminDisableUser, AdminEnableUser, AdminDeleteUser');

/** Who was invited chooses a password by amazon-cognito-identity-js. */
async function invited() {
  const Username = 'invited@example.com';
  await pool.send(
    new idp.AdminCreateUserCommand({
      UserPoolId,
      Username,
      TemporaryPassword: 'Temporary-1!',
      UserAttributes: [{ Name: 'email', Value: Username }, { Name: 'given_name', Value: 'Ina' }],
    }),
  );
  const Pool = new CognitoUserPool({ UserPoolId, ClientId: config.userPoolClientId, endpoint: `${url}/` });
  const user = new CognitoUser({ Username, Pool });
  const details = new AuthenticationDetails({ Username, Password: await code(Username) });
  const lacking = await new Promise((resolve, onFailure) =>
    user.authenticateUser(details, {
      onSuccess: () => onFailure(new Error('a temporary password was enough')),
      onFailure,
      newPasswordRequired: (_, required) => resolve(required),
    }),
  );
  assert.deepEqual(lacking, ['family_name']);
  const session = await new Promise((onSuccess, onFailure) =>
    user.completeNewPasswordChallenge(PASSWORD, { family_name: 'Vited' }, { onSuccess, onFailure }),
  );
  assert.equal(session.getIdToken().payload.family_name, 'Vited');
  await pool.send(new idp.AdminDeleteUserCommand({ UserPoolId, Username }));
  saw('amazon-cognito-identity-js: an invitation, newPasswordRequired, completeNewPasswordChallenge');
}

/** An id token of the web client, the only one whose people the identity pool knows. */
function bySrp() {
  const Pool = new CognitoUserPool({ UserPoolId, ClientId: config.userPoolClientId, endpoint: `${url}/` });
  const details = new AuthenticationDetails({ Username: EMAIL, Password: PASSWORD });
  return new Promise((resolve, onFailure) =>
    new CognitoUser({ Username: EMAIL, Pool }).authenticateUser(details, {
      onSuccess: (session) => resolve(session.getIdToken().getJwtToken()),
      onFailure,
    }),
  );
}

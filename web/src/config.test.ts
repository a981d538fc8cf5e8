import { expect, test } from 'vitest';
import { hasSignInPage, type Config } from './config';

const pool = { userPoolId: 'eu-west-1_1', userPoolClientId: '1' };
const oauth = {
  domain: 'parlor.auth.eu-west-1.amazoncognito.com',
  scopes: ['openid'],
  redirectSignIn: ['https://chat.example.com/'],
  redirectSignOut: ['https://chat.example.com/'],
  responseType: 'code' as const,
};

test.each([
  ['with its page', { oauth }, true],
  ['built on Amplify without it', {}, false],
  ['without it', undefined, false],
])('a stack %s', (_, loginWith, expected) => {
  const config: Config = {
    stage: 'development',
    userPoolEndpoint: 'https://cognito-idp.eu-west-1.amazonaws.com/',
    amplify: { Auth: { Cognito: { ...pool, loginWith } } },
  };
  expect(hasSignInPage(config)).toBe(expected);
});

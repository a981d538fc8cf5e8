import { describe, expect, test } from 'vitest';
import { explain } from './problems';

const graphql = (error: object) => ({ data: {}, errors: [error] });

describe('a problem', () => {
  test.each([
    [
      'a resolver that refuses',
      graphql({ message: 'Members only.', errorType: 'Forbidden' }),
      'refused',
      'Members only.',
    ],
    [
      'a resolver that is busy',
      graphql({ message: 'Try again.', errorType: 'Busy' }),
      'unreachable',
      'Try again.',
    ],
    [
      'a subscription that is refused',
      graphql({
        message: 'Connection failed: {"errors":[{"errorType":"Forbidden","message":"Members only."}]}',
      }),
      'refused',
      'Members only.',
    ],
    [
      'a connection that fails',
      graphql({ message: 'Connection failed: timeout' }),
      'unreachable',
      'The server cannot be reached right now.',
    ],
    [
      'a request that does not get through',
      graphql({ message: 'A network error has occurred.', originalError: { name: 'NetworkError' } }),
      'unreachable',
      'The server cannot be reached right now.',
    ],
    [
      'a token that is no longer good',
      graphql({ message: 'Unauthorized' }),
      'refused',
      'Your session has ended. Sign in again.',
    ],
    [
      'a wrong password',
      Object.assign(new Error('Incorrect username or password.'), { name: 'NotAuthorizedException' }),
      'refused',
      'Incorrect e-mail address or password.',
    ],
    [
      'a weak password',
      Object.assign(new Error('Password did not conform with policy: too short'), {
        name: 'InvalidPasswordException',
      }),
      'refused',
      'Password did not conform with policy: too short',
    ],
    [
      'a fetch that fails',
      new TypeError('Failed to fetch'),
      'unreachable',
      'The server cannot be reached right now.',
    ],
  ])('%s', (_what, thrown, kind, text) => {
    expect(explain(thrown)).toMatchObject({ kind, text });
  });
});

// Turns whatever was thrown into something a person can read and the page can act on.

export interface Problem {
  /** `refused`: repeating is pointless. `unreachable`: the network or the server is away, repeating helps. */
  kind: 'refused' | 'unreachable';
  /** The schema's errorType (Forbidden, NotFound, …) or Cognito's exception name, where there is one. */
  type: string | null;
  text: string;
}

const UNREACHABLE: Problem = {
  kind: 'unreachable',
  type: null,
  text: 'The server cannot be reached right now.',
};

// Cognito's own texts are mostly good; these are the ones that people should not have to read.
const TEXTS: Record<string, string> = {
  UserNotFoundException: 'Incorrect e-mail address or password.',
  NotAuthorizedException: 'Incorrect e-mail address or password.',
  UsernameExistsException: 'There is already an account with this e-mail address. Sign in instead.',
  CodeMismatchException: 'This code is not right. Look at the newest e-mail and try again.',
  ExpiredCodeException: 'This code has expired. Ask for a new one.',
  LimitExceededException: 'Too many attempts. Wait a while, then try again.',
  TooManyRequestsException: 'Too many attempts. Wait a while, then try again.',
  UnauthorizedException: 'Your session has ended. Sign in again.',
  NoSignedUser: 'You are signed out. Sign in again.',
  NoValidAuthTokens: 'You are signed out. Sign in again.',
};

const SESSION_ENDED = ['UnauthorizedException', 'NoSignedUser', 'NoValidAuthTokens'];

/** Whether nothing helps but signing in again. */
export const hasSessionEnded = (thrown: unknown) => SESSION_ENDED.includes(explain(thrown).type ?? '');

const MAY_PASS = ['Busy', 'Internal', 'InternalErrorException', 'ThrottlingException', 'Throttling'];

/** For everything that the GraphQL client or Amplify's auth functions throw. */
export function explain(thrown: unknown): Problem {
  const graphqlError = firstGraphqlError(thrown);
  if (graphqlError) return explainGraphql(graphqlError);
  if (thrown instanceof TypeError) return UNREACHABLE; // what `fetch` throws
  if (thrown instanceof Error) {
    if (isNetworkError(thrown)) return UNREACHABLE;
    return { kind: 'refused', type: thrown.name, text: TEXTS[thrown.name] ?? thrown.message };
  }
  return { kind: 'refused', type: null, text: String(thrown) };
}

interface GraphqlError {
  message: string;
  errorType?: string | null;
  originalError?: { name?: string; message?: string };
}

function explainGraphql(error: GraphqlError): Problem {
  // A refused subscription arrives as the text `Connection failed: {"errors":[…]}`.
  const embedded = /^Connection failed: (\{.*\})$/s.exec(error.message)?.[1];
  const inner = embedded ? firstGraphqlError(parseJson(embedded)) : null;
  if (inner) return explainGraphql(inner);
  if (error.message.startsWith('Connection failed')) return UNREACHABLE;

  const type = error.errorType ?? error.originalError?.name ?? null;
  if (isNetworkError(error.originalError)) return UNREACHABLE;
  if (error.message === 'Unauthorized') {
    return { kind: 'refused', type: 'UnauthorizedException', text: TEXTS.UnauthorizedException! };
  }
  return {
    kind: type && MAY_PASS.includes(type) ? 'unreachable' : 'refused',
    type,
    text: (type && TEXTS[type]) || error.message,
  };
}

/** A 5xx has no name of its own in Amplify: it arrives as `UnknownError`. */
function isNetworkError(error: { name?: string; message?: string } | undefined): boolean {
  return (
    error?.name === 'NetworkError' ||
    error?.name === 'UnknownError' ||
    /network|failed to fetch/i.test(error?.message ?? '')
  );
}

function firstGraphqlError(thrown: unknown): GraphqlError | null {
  const errors = (thrown as { errors?: unknown } | null)?.errors;
  const first: unknown = Array.isArray(errors) ? errors[0] : null;
  return first && typeof (first as GraphqlError).message === 'string' ? (first as GraphqlError) : null;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

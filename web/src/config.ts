// Reads `/config.json`: one format for localhost and for a deployed stack, so that only this file differs.
import type { ResourcesConfig } from 'aws-amplify';

export interface Config {
  stage: string;
  userPoolEndpoint: string;
  /** Goes into `Amplify.configure` as it is. */
  amplify: ResourcesConfig;
}

export async function fetchConfig(): Promise<Config> {
  const answer = await fetch('/config.json', { cache: 'no-store' });
  if (!answer.ok) throw new Error(`/config.json answered ${answer.status}`);
  const config = (await answer.json()) as Partial<Config>;
  if (!config.amplify) throw new Error('/config.json has no `amplify` part');
  return config as Config;
}

/** Whether Cognito's own sign-in page is there, too: the stack's parameter SignInDomain turns it on. */
export const hasSignInPage = (config: Config) => Boolean(config.amplify.Auth?.Cognito.loginWith?.oauth);

/** On localhost no e-mail is sent: the codes lie in the outbox of this page. Null in AWS. */
export function outboxPage(config: Config): string | null {
  if (!URL.canParse(config.userPoolEndpoint)) return null;
  const { hostname, origin } = new URL(config.userPoolEndpoint);
  return ['localhost', '127.0.0.1', '[::1]'].includes(hostname) ? `${origin}/` : null;
}

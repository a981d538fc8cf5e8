// An operation of Cognito as an operator asks for it: signed with the key in the data folder (AWS Signature Version 4).
import { createHash, createHmac } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

const sha256 = (text) => createHash('sha256').update(text).digest('hex');
const hmac = (key, text) => createHmac('sha256', key).update(text).digest();

export async function operator({ url, data }, operation, body) {
  const file = await readFile(join(data, 'credentials'), 'utf8');
  const kept = (name) => new RegExp(`^${name}\\s*=\\s*(\\S+)`, 'm').exec(file)[1];
  const text = JSON.stringify(body);
  const at = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
  const scope = `${at.slice(0, 8)}/us-east-1/cognito-idp/aws4_request`;
  const headers = {
    host: new URL(url).host,
    'x-amz-date': at,
    'x-amz-target': `AWSCognitoIdentityProviderService.${operation}`,
  };
  const signed = Object.keys(headers).join(';');
  const lines = Object.entries(headers).map(([name, value]) => `${name}:${value}\n`);
  const request = ['POST', '/', '', lines.join(''), signed, sha256(text)].join('\n');
  const key = scope.split('/').reduce(hmac, `AWS4${kept('aws_secret_access_key')}`);
  const signature = hmac(key, ['AWS4-HMAC-SHA256', at, scope, sha256(request)].join('\n')).toString('hex');
  const authorization = `AWS4-HMAC-SHA256 Credential=${kept('aws_access_key_id')}/${scope}, SignedHeaders=${signed}, Signature=${signature}`;
  const answer = await fetch(`${url}/`, { method: 'POST', headers: { ...headers, authorization }, body: text });
  if (!answer.ok) throw new Error(`${operation}: ${await answer.text()}`);
  return answer.json();
}

// Starts the server, runs every client against it, one after the other, and stops it. Fails if one of them fails.
//
//   node run.js [NAME…]      all of them, or those whose file names begin so: `node run.js apollo`
//
// PYTHON and AWS name the programs of the environment that has boto3, pycognito and the AWS CLI.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { startParlor } from '../browser/parlor.js';

// The AWS CLI takes a second to start, each time.
const PATIENCE_MS = 180_000;
const PYTHON = process.env.PYTHON ?? 'python3';
const CLIENTS = [
  ['amazon_cognito_identity.js', process.execPath],
  ['custom_challenge.js', process.execPath],
  ['sdk_cognito.js', process.execPath],
  ['openid_client.js', process.execPath],
  ['sdk_dynamodb.js', process.execPath],
  ['sdk_s3.js', process.execPath],
  ['apollo.js', process.execPath],
  ['amplify.js', process.execPath],
  ['boto3_pycognito.py', PYTHON],
  ['command_line.sh', 'bash'],
];

const wanted = process.argv.slice(2);
const chosen = CLIENTS.filter(([file]) => !wanted.length || wanted.some((name) => file.startsWith(name)));
if (!chosen.length) throw new Error(`No client's name begins with ${wanted.join(' or ')}.`);

const parlor = await startParlor({ SignInDomain: 'clients', GuestAccess: 'true' });
const failed = [];
try {
  for (const [file, program] of chosen) if (!(await succeeds(file, program))) failed.push(file);
} finally {
  await parlor.close();
}
if (failed.length) {
  console.error(`\nFailed: ${failed.join(', ')}`);
  process.exit(1);
}
console.log(`\nAll ${chosen.length} clients passed.`);

async function succeeds(file, program) {
  console.log(`\n-- ${file}`);
  const started = Date.now();
  const client = spawn(program, [join(import.meta.dirname, file)], { stdio: 'inherit', env: environment() });
  const timer = setTimeout(() => client.kill('SIGKILL'), PATIENCE_MS);
  const [code, signal] = await once(client, 'exit');
  clearTimeout(timer);
  const outcome = code === 0 ? 'passed' : `FAILED (${signal ?? `exit code ${code}`})`;
  console.log(`   ${outcome} after ${((Date.now() - started) / 1000).toFixed(1)} s`);
  return code === 0;
}

/** What every AWS client reads by itself; nothing of whoever runs this leaks in. */
function environment() {
  const foreign = Object.keys(process.env).filter((name) => name.startsWith('AWS_'));
  const own = Object.entries(process.env).filter(([name]) => !foreign.includes(name));
  return {
    ...Object.fromEntries(own),
    PARLOR_URL: parlor.url,
    AWS_ENDPOINT_URL: parlor.url,
    AWS_SHARED_CREDENTIALS_FILE: join(parlor.data, 'credentials'),
    AWS_CONFIG_FILE: join(parlor.data, 'no-config'),
    AWS_REGION: 'us-east-1',
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_EC2_METADATA_DISABLED: 'true',
    PYTHONUNBUFFERED: '1',
    // The SDK announces when it will stop to run on this Node.
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    AWS: process.env.AWS ?? 'aws',
  };
}

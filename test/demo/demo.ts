/**
 * npm run demo: builds the program, starts an ACME CA on this machine (Pebble) and shows what the program does with it.
 * It ends with 1 when anything is otherwise than shown, and leaves nothing behind but the build and Pebble's programs.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EnvironmentUnavailable } from '../support/environment-unavailable.ts';
import { type Pebble, startPebble } from '../support/pebble/pebble.ts';
import { temporaryFolder } from '../support/pebble/temporary-folder.ts';
import { runStep } from '../support/runner/run-step.ts';
import { describeCertificate, describeFiles, readIssued } from './certificate-files.ts';
import { DemoError, heading, runDemoStep, showIndented, showNote } from './demo-step.ts';

const hosts = ['www.example.test', 'example.test'];
const limitMs = 10 * 60_000;

const closing = `
All as expected; CA and files are removed.
On a Windows server, against Let's Encrypt: npm run build, then there, as administrator: wacs.exe --source manual --host NAME --store pemfiles --pemfilespath C:\\certs --accepttos --emailaddress YOU (--test to try it out first)`;

process.exitCode = await main();

async function main(): Promise<number> {
  // Ending by process.exit lets the helpers end Pebble and remove their folders.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(1));
  const limit = AbortSignal.timeout(limitMs);
  limit.addEventListener('abort', () => process.exit(giveUp(`not done after ${limitMs / 60_000} minutes`)));
  try {
    const build = await runStep({ name: 'build', command: ['build.mjs', '--bundle'] }, limit);
    if (build.failed > 0) return giveUp('the build failed');
    await demonstrate();
    console.log(closing);
    return 0;
  } catch (error) {
    return giveUp(explain(error));
  }
}

function giveUp(reason: string): 1 {
  console.error(`\nThe demo failed: ${reason}`);
  return 1;
}

function explain(error: unknown): string {
  if (error instanceof EnvironmentUnavailable)
    return `there is no ACME CA to talk to: ${error.reason}
Put pebble and pebble-challtestsrv (2.10 or later, https://github.com/letsencrypt/pebble/releases) into a folder, name
it in the environment variable WACS_PEBBLE, and run this again.`;
  if (error instanceof DemoError) return `${error.message}. What the program says above should tell why.`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

async function demonstrate(): Promise<void> {
  console.log('\n=== an ACME CA on this machine');
  const pebble = await startPebble({}, (line) => console.log(line));
  const folder = await temporaryFolder('wacs-demo-');
  try {
    console.log(`Pebble ${pebble.version} answers at ${pebble.directoryUrl}; all names lead to this machine.`);
    mkdirSync(join(folder.path, 'certs'));
    writeFileSync(join(folder.path, 'test-ca.pem'), pebble.ca);
    await showLifeOfCertificate(pebble, folder.path);
    await showFailures(pebble, folder.path);
  } finally {
    await pebble.stop();
    folder.remove();
  }
}

async function showLifeOfCertificate(pebble: Pebble, folder: string): Promise<void> {
  const ca = commonArguments(pebble);
  const store = ['--store', 'pemfiles,pfxfile', '--pemfilespath', 'certs', '--pfxfilepath', 'certs'];
  const account = ['--accepttos', '--emailaddress', 'admin@example.test'];
  const create = [...createArguments(hosts, pebble.httpPort), ...store, ...account, '--notaskscheduler', ...ca];
  await runDemoStep({ title: 'Get a certificate for two names', args: create, expected: 'Success' }, folder);
  const file = join(folder, 'certs', `${hosts[0]}-crt.pem`);
  const first = readIssued(file, hosts);
  heading('What is in the folder now');
  showIndented(`${describeFiles(join(folder, 'certs'))}\n\n${describeCertificate(first)}`);
  await runDemoStep({ title: 'List the renewals', args: ['--list', ...ca], expected: 'Success' }, folder);
  const renew = ['--renew', ...ca];
  await runDemoStep({ title: 'What the task does daily: nothing is due', args: renew, expected: 'Success' }, folder);
  const force = ['--renew', '--force', ...ca];
  await runDemoStep({ title: 'Renew all the same', args: force, expected: 'Success' }, folder);
  const second = readIssued(file, hosts);
  if (second.serialNumber === first.serialNumber) throw new DemoError('the certificate is still the first one');
  showNote(`The certificate is another one: serial number ${second.serialNumber}.`);
}

async function showFailures(pebble: Pebble, folder: string): Promise<void> {
  const ca = commonArguments(pebble);
  const task = ['--setuptaskscheduler', '--verbose', ...ca];
  await runDemoStep({ title: 'The scheduled task', args: task, expected: 'UnsupportedPlatform' }, folder);
  showNote('Windows would have registered this and read it back; here the exit code says that nothing was.');
  const wrongPort = pebble.httpPort === 65_535 ? 1_024 : pebble.httpPort + 1;
  const store = ['--store', 'pemfiles', '--pemfilespath', 'certs'];
  const refused = [...createArguments(['other.example.test'], wrongPort), ...store, '--notaskscheduler', ...ca];
  const title = 'A failure has a code of its own: the challenge is answered on a port where the CA does not look';
  await runDemoStep({ title, args: refused, expected: 'ValidationFailed' }, folder);
}

function createArguments(names: readonly string[], port: number): string[] {
  return [
    '--source',
    'manual',
    '--host',
    names.join(','),
    '--validation',
    'selfhosting',
    '--validationport',
    `${port}`,
  ];
}

/** Where the CA is, whom to trust for its own TLS, and where the program keeps its state. */
function commonArguments({ directoryUrl }: Pebble): string[] {
  return ['--baseuri', directoryUrl, '--cafile', 'test-ca.pem', '--configpath', 'state'];
}

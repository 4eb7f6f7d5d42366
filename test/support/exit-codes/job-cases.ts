import assert from 'node:assert/strict';
import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { wrongKey } from '../fake-acme/certificate-faults.ts';
import type { FaultRule } from '../fake-acme/fault-rules.ts';
import { rateLimited, refusal, rejectedIdentifiers, termsChanged, unknownProblem } from '../fake-acme/faults.ts';
import { shownAs } from '../fake-acme/object-faults.ts';
import { hang, htmlBadGateway, reset } from '../fake-acme/wire-faults.ts';
import type { FaultRun } from '../fault-ca.ts';
import type { BundleCase, CaseBench } from './bundle-case.ts';

const always = { times: Number.POSITIVE_INFINITY };
const failing = '#!/bin/sh\necho the web server says no >&2\nexit 7\n';
const posixOnly = process.platform === 'win32' ? 'needs shell scripts' : false;

/** Codes 40 to 60: the CA, the validation, and what becomes of the certificate. */
export const jobCases: readonly BundleCase[] = [
  faulty('AcmeError', 'a problem of an unknown type', { on: 'newOrder', fault: unknownProblem() }),
  faulty('AcmeUnreachable', 'connections are reset', { on: 'directory', fault: reset('headers'), ...always }),
  faulty('AcmeUnreachable', '502 for ever', { on: 'finalize', fault: htmlBadGateway(), ...always }),
  faulty('AcmeAccountError', 'the terms have changed', { on: 'newOrder', fault: termsChanged() }),
  {
    name: 'AcmeAccountError',
    how: 'the terms were not accepted',
    prepare: ({ authority }) => rmSync(join(authority, 'account.json')),
    shown: /--accepttos/,
    run: (bench) => bench.run(['--register', '--json']),
  },
  faulty('AcmeRateLimited', 'Retry-After beyond the limit', { on: 'newOrder', fault: rateLimited(3 * 3_600) }),
  faulty('ValidationFailed', 'an authorization becomes invalid', {
    on: 'authz',
    fault: shownAs('invalid'),
    after: 1,
    ...always,
  }),
  { name: 'ValidationSetupError', how: 'the port is taken', shown: /another program uses it/, run: withPortTaken },
  faulty('OrderRejected', 'a name is refused', { on: 'newOrder', fault: rejectedIdentifiers('a.test') }),
  faulty('OrderRejected', 'CAA', { on: 'newOrder', fault: refusal('caa', 403) }),
  faulty('AcmeTimeout', 'an authorization never settles', { on: 'authz', fault: shownAs('pending'), ...always }),
  {
    name: 'AcmeTimeout',
    how: '--timelimit ends the run',
    prepare: (bench) => bench.setLimits({ RequestTimeout: 60 }),
    async run(bench) {
      bench.fake.inject({ on: 'finalize', fault: hang() });
      return bench.force('--timelimit', '2');
    },
  },
  faulty('CertificateRejected', 'it is for another key', { on: 'certificate', fault: wrongKey() }),
  { name: 'SourceError', how: 'an address is no host', run: (bench) => bench.create('http://a.test/', ['--json']) },
  {
    name: 'SourceError',
    how: 'more hosts than a certificate takes',
    run: (bench) => bench.create(Array.from({ length: 101 }, (_, index) => `h${index}.test`).join(), ['--json']),
  },
  { name: 'StoreError', how: 'a file is where the folder should be', changes: true, run: withStoreBelowFile },
  {
    name: 'InstallationError',
    how: 'the script does not exist',
    changes: true,
    run: (bench) => withScript(bench, join(bench.folder, 'none.sh')),
  },
  {
    name: 'ScriptFailed',
    how: 'the script ends with 7',
    skip: posixOnly,
    changes: true,
    shown: /exit code 7/,
    run: (bench) => withScript(bench, writeScript(bench, failing)),
  },
  {
    name: 'ScriptFailed',
    how: 'two renewals fail alike',
    skip: posixOnly,
    changes: true,
    shown: /2 of 2 renewals failed/,
    async run(bench) {
      const script = writeScript(bench, failing);
      await withScript(bench, script);
      await addFailing(bench, script, 53);
      return bench.renew(['--json']);
    },
  },
  {
    name: 'MultipleFailures',
    how: 'two renewals fail differently',
    skip: posixOnly,
    changes: true,
    async run(bench) {
      await withScript(bench, writeScript(bench, failing));
      await addFailing(bench, join(bench.folder, 'none.sh'), 52);
      return bench.renew(['--json']);
    },
  },
];

/** A renewal that was fine meets a fault of the CA. */
function faulty(name: BundleCase['name'], how: string, rule: FaultRule): BundleCase {
  return {
    name,
    how,
    run(bench) {
      bench.fake.inject(rule);
      return bench.force();
    },
  };
}

async function withPortTaken(bench: CaseBench): Promise<FaultRun> {
  const server = createServer().listen(bench.fake.httpPort, '127.0.0.1');
  await once(server, 'listening');
  return bench.force().finally(() => server.close());
}

function withStoreBelowFile(bench: CaseBench): Promise<FaultRun> {
  const file = join(bench.folder, 'file');
  writeFileSync(file, '');
  return bench.create('a.test', ['--json', '--store', 'pfxfile', '--pfxfilepath', join(file, 'pfx')]);
}

function withScript(bench: CaseBench, script: string): Promise<FaultRun> {
  return bench.create('a.test', ['--json', ...scripted(script)]);
}

/** One more renewal, whose script fails with an exit code. */
async function addFailing(bench: CaseBench, script: string, code: number): Promise<void> {
  const main = ['--source', 'manual', '--host', 'b.test', '--id', 'other', '--notaskscheduler', '--accepttos'];
  const validation = ['--validation', 'selfhosting', '--validationport', String(bench.fake.httpPort), '--csr', 'ec'];
  const store = ['--store', 'pemfiles', '--pemfilespath', join(bench.folder, 'pem')];
  const run = await bench.run([...main, ...validation, ...store, ...scripted(script)]);
  assert.equal(run.exitCode, code, run.output);
}

function scripted(script: string): string[] {
  return ['--installation', 'script', '--script', script];
}

function writeScript(bench: CaseBench, text: string): string {
  const path = join(bench.folder, 'deploy it.sh');
  writeFileSync(path, text, { mode: 0o755 });
  return path;
}

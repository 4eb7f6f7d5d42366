import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { CheckAccess, CheckSources } from '../../../src/cli/check/check-sources.ts';
import { run } from '../../../src/cli/run.ts';
import type { Surroundings } from '../../../src/cli/run-context.ts';
import { WacsError } from '../../../src/core/errors.ts';
import type { HealthRecord } from '../../../src/core/health-record.ts';
import type { LoadedRenewal } from '../../../src/core/stores.ts';
import { certificateState, day, renewal } from '../../core/samples.ts';
import { sampleRegistry } from '../../support/sample-registry.ts';
import { wellFacts } from './sample-result.ts';

const now = wellFacts.now;
const denied = new WacsError('AccessDenied', 'cannot list the folder');
const record: HealthRecord = { baseUri: 'https://ca.test/', writtenAt: now, ...wellFacts };
const fresh = renewal({ certificate: certificateState(new Date(now.getTime() - day), 90) });

interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly written: ReadonlyMap<string, string>;
}

function sources(changes: Partial<CheckSources> = {}): CheckSources {
  return {
    baseUri: 'https://ca.test/',
    policyOf: () => ({}),
    renewals: { list: async () => [{ kind: 'renewal', renewal: fresh }] },
    health: { read: async () => record },
    task: async () => ({ name: 't', state: 'healthy', problems: [] }),
    ...changes,
  };
}

async function check(
  args: readonly string[],
  given: CheckSources | WacsError,
  access?: Partial<CheckAccess>,
): Promise<Outcome> {
  let out = '';
  const written = new Map<string, string>();
  const forbidden = (): never => assert.fail('a check opens no run, writes no events and keeps quiet elsewhere');
  const surroundings: Surroundings = {
    platform: 'posix',
    registry: sampleRegistry,
    now: () => now,
    out: (text) => {
      out += text;
    },
    err: forbidden,
    open: forbidden,
    check: () => ({
      open: async () => {
        if (given instanceof WacsError) throw given;
        return given;
      },
      write: async (path, text) => void written.set(path, text),
      ...access,
    }),
    settingsSchema: () => assert.fail('not for a check'),
    writeEvents: forbidden,
    redact: (text) => text,
    addSecret: () => undefined,
  };
  return { code: await run(['--check', ...args], surroundings), out, written };
}

describe('--check', () => {
  it('is 0 with one line when all is well', async () => {
    const { code, out } = await check([], sources());
    assert.equal(code, 0);
    assert.match(
      out,
      /^WACS OK: 1 renewal, the first certificate expires in 89 days, last run 6 hours ago \| .*task_healthy=1\n$/,
    );
  });

  it('is 1, 2 and 3 for the other states', async () => {
    assert.equal((await check(['--warning', '100'], sources())).code, 1);
    assert.equal((await check(['--critical', '100'], sources())).code, 2);
    assert.equal((await check([], sources({ renewals: { list: async () => [] } }))).code, 3);
  });

  it('asks for the task only when it is to be there', async () => {
    const task = async () => ({ name: 't', state: 'missing', problems: ['there is no task'] }) as const;
    const asked = await check([], sources({ task }));
    assert.equal(asked.code, 1);
    assert.match(asked.out, /^WACS WARNING: scheduled task: there is no task \|/);
    const left = await check(['--notaskscheduler'], sources({ task: () => assert.fail('asked') }));
    assert.equal(left.code, 0);
  });

  it('names files that cannot be used', async () => {
    const broken: LoadedRenewal = {
      kind: 'unreadable',
      id: 'x',
      error: new WacsError('ConfigurationError', 'cannot use x.renewal.json: the file is empty'),
    };
    const { code, out } = await check([], sources({ renewals: { list: async () => [broken] } }));
    assert.equal(code, 2);
    assert.match(out, /^WACS CRITICAL: cannot use x\.renewal\.json: the file is empty \|/);
  });

  it('goes by the record of the last run without the rights to read the renewals', async () => {
    const task = () => assert.fail('asked without rights');
    const listing = await check([], sources({ renewals: { list: () => Promise.reject(denied) }, task }));
    assert.equal(listing.code, 0);
    assert.match(listing.out, /^WACS OK: 1 renewal, the first certificate expires in 80 days/);
    const file: LoadedRenewal = { kind: 'unreadable', id: 'x', error: denied };
    assert.equal((await check([], sources({ renewals: { list: async () => [file] }, task }))).out, listing.out);
  });

  it('is 3 with the way out when there is no record either', async () => {
    for (const read of [async () => undefined, () => Promise.reject(denied)]) {
      const { code, out } = await check(
        [],
        sources({ renewals: { list: () => Promise.reject(denied) }, health: { read } }),
      );
      assert.equal(code, 3);
      assert.match(out, /^WACS UNKNOWN: the renewals may not be read, .*Run wacs --renew once elevated/);
    }
  });

  it('is 2 for settings that stop every run, 3 for other obstacles', async () => {
    assert.equal((await check([], new WacsError('ConfigurationError', 'cannot use settings.json'))).code, 2);
    assert.equal((await check([], new WacsError('StorageError', 'cannot read settings.json'))).code, 3);
  });

  it('writes metrics into a file and still shows the line', async () => {
    const { code, out, written } = await check(['--format', 'prometheus', '--output', 'x.prom'], sources());
    assert.equal(code, 0);
    assert.match(out, /^WACS OK: [^\n]+\n$/);
    assert.match(written.get('x.prom') ?? '', /^wacs_up\{ca="https:\/\/ca\.test\/"\} 1$/m);
  });

  it('writes the file also when nothing can be read, and is 3 when it cannot be written', async () => {
    const unread = await check(['--format=prometheus', '--output=x.prom'], new WacsError('StorageError', 'no disk'));
    assert.equal(unread.code, 3);
    assert.match(unread.written.get('x.prom') ?? '', /^wacs_up\{ca=""\} 0$/m);
    const write = () => Promise.reject(new WacsError('AccessDenied', 'cannot write x.prom'));
    const unwritten = await check(['--output', 'x.prom'], sources(), { write });
    assert.equal(unwritten.code, 3);
    assert.match(unwritten.out, /^WACS UNKNOWN: cannot write x\.prom\n$/);
  });

  const wrong: readonly (readonly string[])[] = [
    ['--wraning', '3'],
    ['--warning'],
    ['--warning', 'soon'],
    ['--warning', '3', '--critical', '5'],
    ['--format', 'xml'],
    ['--json', '--format', 'prometheus'],
    ['--renew'],
    ['--id', 'x'],
    ['stray'],
  ];
  for (const args of wrong) {
    it(`is 3 with one line for ${args.join(' ')}`, async () => {
      const { code, out } = await check(args, sources());
      assert.equal(code, 3);
      assert.match(out, /^(WACS UNKNOWN: [^\n]+\n|\{\n.*"status": "UNKNOWN".*)$/s);
    });
  }

  it('refuses in the format that was asked for', async () => {
    assert.equal(JSON.parse((await check(['--format=json', '--oops'], sources())).out).exitCode, 3);
    assert.match((await check(['--oops', '--format', 'prometheus'], sources())).out, /^wacs_up\{ca=""\} 0$/m);
  });
});

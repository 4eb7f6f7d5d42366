import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { CertificateAuthority } from '../../src/core/acme.ts';
import { createLimiter } from '../../src/core/bounded.ts';
import { type ErrorCode, isTransient, WacsError } from '../../src/core/errors.ts';
import type { ChallengeTask, ValidationPlugin } from '../../src/core/plugin.ts';
import { validateAuthorizations } from '../../src/core/validate.ts';
import { createMemoryLog } from '../scheduler/fakes.ts';
import { failureOf, interruption } from '../support/wacs-error.ts';
import { createFakeAuthority } from './fake-authority.ts';
import { dns } from './samples.ts';

const dnsProblem = { type: 'urn:ietf:params:acme:error:dns', detail: 'no such name', status: 400 };

interface Steps {
  readonly prepare?: (task: ChallengeTask) => Promise<void>;
  readonly cleanUp?: (task: ChallengeTask) => Promise<void>;
}

/** An order for the names at a fake CA, and a plugin that notes what is in place. */
function setUp(names: readonly string[], steps: Steps = {}) {
  const authority = createFakeAuthority();
  const order = authority.addOrder('pending', names.map(dns));
  const log = createMemoryLog();
  const interrupting = new AbortController();
  const inPlace = new Set<string>();
  const validation: ValidationPlugin = {
    challengeType: 'http-01',
    refusal: () => undefined,
    async prepare(task) {
      authority.calls.push(`prepare ${task.identifier.value}`);
      inPlace.add(task.token);
      await steps.prepare?.(task);
    },
    async cleanUp(task) {
      authority.calls.push(`cleanUp ${task.identifier.value}`);
      inPlace.delete(task.token);
      await steps.cleanUp?.(task);
    },
  };
  const validate = (by: CertificateAuthority = authority): Promise<void> =>
    validateAuthorizations(order.authorizations, {
      authority: by,
      validation,
      limitValidations: createLimiter(20),
      log,
      signal: interrupting.signal,
    });
  return { authority, order, log, interrupting, inPlace, validate };
}

const callsOf = (calls: readonly string[], method: string): string[] =>
  calls.filter((call) => call.startsWith(`${method} `)).map((call) => call.slice(method.length + 1));

test('each name is prepared, answered, awaited and cleaned up, in this order', async () => {
  const { authority, validate, inPlace } = setUp(['a.test']);
  await validate();
  const url = 'https://ca.test/authz/a.test';
  assert.deepEqual(authority.calls, [
    `getAuthorization ${url}`,
    'keyAuthorization token-a.test',
    'prepare a.test',
    `answerChallenge ${url}/http-01`,
    `waitForAuthorization ${url}`,
    'cleanUp a.test',
  ]);
  assert.equal(inPlace.size, 0);
});

test('the plugin gets token and key authorization', async () => {
  const tasks: ChallengeTask[] = [];
  await setUp(['a.test'], { prepare: async (task) => void tasks.push(task) }).validate();
  assert.deepEqual(tasks, [
    { identifier: dns('a.test'), token: 'token-a.test', keyAuthorization: 'token-a.test.thumbprint' },
  ]);
});

test('names are validated side by side', async () => {
  const { validate, inPlace } = setUp(['a.test', 'b.test', 'c.test'], {
    prepare: async () => {
      for (let turns = 0; turns < 5; turns++) await turn();
      most = Math.max(most, inPlace.size);
    },
  });
  let most = 0;
  await validate();
  assert.equal(most, 3);
});

test('a name that was validated before is left alone', async () => {
  const { authority, order, validate } = setUp(['a.test']);
  for (const url of order.authorizations) Object.assign(authority.authorizations.get(url) ?? {}, { status: 'valid' });
  await validate();
  assert.deepEqual(callsOf(authority.calls, 'prepare'), []);
});

test('all names are tried, and every reason is shown', async () => {
  const { authority, validate, inPlace } = setUp(['a.test', 'b.test', 'c.test']);
  authority.refused.set('a.test', dnsProblem);
  authority.refused.set('c.test', { ...dnsProblem, detail: 'another reason' });
  const failure = await failureOf(validate(), 'ValidationFailed');
  assert.match(failure.message, /2 of 3 names.*a\.test: no such name.*c\.test: another reason/);
  assert.deepEqual(
    failure.details.failures?.map(({ details }) => details.problem?.detail),
    ['no such name', 'another reason'],
  );
  assert.deepEqual(callsOf(authority.calls, 'answerChallenge').length, 3);
  assert.equal(inPlace.size, 0);
});

test('a single failure is the failure, with its problem', async () => {
  const { authority, validate } = setUp(['a.test', 'b.test']);
  authority.refused.set('b.test', dnsProblem);
  const failure = await failureOf(validate(), 'ValidationFailed');
  assert.deepEqual(failure.details.problem, dnsProblem);
});

test('a challenge that cannot be put in place is cleaned up and not answered', async () => {
  const setup = new WacsError('ValidationSetupError', 'port taken');
  const { authority, validate, inPlace } = setUp(['a.test'], { prepare: () => Promise.reject(setup) });
  assert.equal(await failureOf(validate(), 'ValidationSetupError'), setup);
  assert.deepEqual(callsOf(authority.calls, 'cleanUp'), ['a.test']);
  assert.deepEqual(callsOf(authority.calls, 'answerChallenge'), []);
  assert.equal(inPlace.size, 0);
});

test('authorizations that are still pending after a failure are given up, the others are not', async () => {
  const { authority, validate } = setUp(['a.test', 'b.test', 'c.test'], {
    prepare: async ({ identifier }) => {
      if (identifier.value === 'b.test') throw new WacsError('ValidationSetupError', 'folder not writable');
    },
  });
  authority.refused.set('c.test', dnsProblem);
  const failure = await failureOf(validate(), 'MultipleFailures');
  assert.match(failure.message, /folder not writable.*no such name/);
  assert.deepEqual(callsOf(authority.calls, 'deactivateAuthorization'), ['https://ca.test/authz/b.test']);
});

test('giving up that fails does not hide the failure', async () => {
  const { authority, validate } = setUp(['a.test'], {
    prepare: () => Promise.reject(new WacsError('ValidationSetupError', 'port taken')),
  });
  authority.before = (method) => {
    if (method === 'deactivateAuthorization') throw new WacsError('AcmeUnreachable', 'no route');
  };
  await failureOf(validate(), 'ValidationSetupError');
});

test('a clean-up that fails is a warning, after a success and after a failure', async () => {
  const steps = { cleanUp: () => Promise.reject(new WacsError('AccessDenied', 'file is held')) };
  const succeeding = setUp(['a.test'], steps);
  await succeeding.validate();
  assert.ok(succeeding.log.lines.some((line) => /^warning: .*a\.test: file is held/.test(line)));
  const failing = setUp(['a.test'], steps);
  failing.authority.refused.set('a.test', dnsProblem);
  await failureOf(failing.validate(), 'ValidationFailed');
});

test('a clean-up that fails as the preparation did is no warning, and one reason for all names is told once', async () => {
  const refuse = () => Promise.reject(new WacsError('ValidationSetupError', 'the token is not accepted'));
  const { validate, log } = setUp(['a.test', '*.a.test'], { prepare: refuse, cleanUp: refuse });
  const failure = await failureOf(validate(), 'ValidationSetupError');
  assert.equal(failure.message, '2 of 2 names could not be validated: the token is not accepted');
  assert.deepEqual(
    log.lines.filter((line) => line.startsWith('warning')),
    [],
  );
});

test('an interruption while a challenge is in place cleans up and is the failure', async () => {
  const { authority, validate, interrupting, inPlace } = setUp(['a.test', 'b.test']);
  authority.before = (method) => {
    if (method === 'waitForAuthorization') interrupting.abort(interruption());
    interrupting.signal.throwIfAborted();
  };
  await failureOf(validate(), 'Interrupted');
  assert.deepEqual(callsOf(authority.calls, 'cleanUp').sort(), ['a.test', 'b.test']);
  assert.equal(inPlace.size, 0);
});

test('an interruption while a challenge is put in place cleans up and answers nothing', async () => {
  const { authority, validate, interrupting, inPlace } = setUp(['a.test'], {
    prepare: async () => interrupting.abort(interruption()),
  });
  await failureOf(validate(), 'Interrupted');
  assert.deepEqual(callsOf(authority.calls, 'answerChallenge'), []);
  assert.equal(inPlace.size, 0);
});

test('a challenge type the CA does not offer names those it does', async () => {
  const { authority, order, validate } = setUp(['a.test']);
  for (const url of order.authorizations) {
    const authorization = authority.authorizations.get(url);
    if (authorization) authorization.challenges = authorization.challenges.filter(({ type }) => type === 'dns-01');
  }
  const failure = await failureOf(validate(), 'ValidationFailed');
  assert.match(failure.message, /http-01 for a\.test, only dns-01/);
});

test('an authorization that failed before is a failure with its reason', async () => {
  const { authority, order, validate } = setUp(['a.test']);
  const authorization = authority.authorizations.get(order.authorizations[0] ?? '');
  if (authorization) {
    authorization.status = 'invalid';
    authorization.challenges = authorization.challenges.map((one) => ({ ...one, error: dnsProblem }));
  }
  const failure = await failureOf(validate(), 'ValidationFailed');
  assert.match(failure.message, /no such name/);
});

/** What becomes of names that fail at the same time, each in its own way. */
const mixtures: {
  readonly what: string;
  readonly fails: Readonly<Record<string, ErrorCode>>;
  readonly code: ErrorCode;
  readonly transient: boolean;
}[] = [
  {
    what: 'a failure for good counts, one that may pass beside it does not',
    fails: { 'a.test': 'ValidationFailed', 'b.test': 'AcmeTimeout' },
    code: 'ValidationFailed',
    transient: false,
  },
  {
    what: 'one cause of two keeps its code, whatever the third may do',
    fails: { 'a.test': 'ValidationFailed', 'b.test': 'AcmeUnreachable', 'c.test': 'ValidationFailed' },
    code: 'ValidationFailed',
    transient: false,
  },
  {
    what: 'two causes for good have no common code',
    fails: { 'a.test': 'ValidationFailed', 'b.test': 'ValidationSetupError' },
    code: 'MultipleFailures',
    transient: false,
  },
  {
    what: 'two causes that may pass have none either, and the next run goes on',
    fails: { 'a.test': 'AcmeTimeout', 'b.test': 'AcmeUnreachable' },
    code: 'MultipleFailures',
    transient: true,
  },
  {
    what: 'one cause that may pass keeps its code',
    fails: { 'a.test': 'AcmeTimeout', 'b.test': 'AcmeTimeout' },
    code: 'AcmeTimeout',
    transient: true,
  },
];

for (const { what, fails, code, transient } of mixtures) {
  test(`several names: ${what}`, async () => {
    const { authority, validate } = setUp(['a.test', 'b.test', 'c.test']);
    authority.before = (method, url) => {
      const failing = method === 'answerChallenge' ? fails[url.split('/').at(-2) ?? ''] : undefined;
      if (failing !== undefined) throw new WacsError(failing, `${url} failed`, { hint: `hint of ${failing}` });
    };
    const failure = await failureOf(validate(), code);
    assert.equal(isTransient(failure), transient);
    assert.deepEqual(
      failure.details.failures?.map((one) => one.code),
      Object.values(fails),
    );
    assert.match(failure.hint ?? '', code === 'MultipleFailures' ? /^Each name has its own cause/ : /^hint of /);
    const givenUp = callsOf(authority.calls, 'deactivateAuthorization').length;
    assert.equal(givenUp > 0, !transient);
  });
}

test('the latest moment before which the CA wants no attempt counts, whatever the code', async () => {
  const { authority, validate } = setUp(['a.test', 'b.test', 'c.test']);
  const at = (hour: number): Date => new Date(Date.UTC(2026, 0, 1, hour));
  authority.before = (method, url) => {
    if (method !== 'answerChallenge') return;
    if (url.includes('/a.test')) throw new WacsError('ValidationFailed', 'no');
    throw new WacsError('AcmeRateLimited', 'too many', { retryAt: at(url.includes('/b.test') ? 5 : 3) });
  };
  const failure = await failureOf(validate(), 'ValidationFailed');
  assert.deepEqual(failure.details.retryAt, at(5));
});

test('a challenge that an earlier run has answered is awaited, not answered again', async () => {
  const { authority, order, validate } = setUp(['a.test']);
  const authorization = authority.authorizations.get(order.authorizations[0] ?? '');
  assert.ok(authorization);
  authorization.challenges = authorization.challenges.map((one) => ({ ...one, status: 'processing' }));
  authority.before = (method) => {
    if (method === 'waitForAuthorization') authorization.status = 'valid';
  };
  await validate();
  assert.deepEqual(callsOf(authority.calls, 'answerChallenge'), []);
  assert.deepEqual(callsOf(authority.calls, 'prepare'), ['a.test']);
});

test('what to do for each name is told, once', async () => {
  const hints: Record<string, string> = { 'a.test': 'publish a', 'b.test': 'publish b', 'c.test': 'publish b' };
  const { validate } = setUp(['a.test', 'b.test', 'c.test'], {
    async prepare({ identifier }) {
      const hint = hints[identifier.value];
      if (hint !== undefined)
        throw new WacsError('ValidationSetupError', `no record for ${identifier.value}`, { hint });
    },
  });
  const failure = await failureOf(validate(), 'ValidationSetupError');
  assert.equal(failure.hint, 'publish a\npublish b');
  assert.equal(failure.details.failures?.length, 3);
});

test('a plugin for permanent records gets what the challenge says of them', async () => {
  const persist = { issuerDomainNames: ['ca.test'], accountUrl: 'https://ca.test/account/1' };
  const tasks: ChallengeTask[] = [];
  const { authority, validate } = setUp(['a.test'], { prepare: async (task) => void tasks.push(task) });
  const [url = ''] = [...authority.authorizations.keys()];
  const known = authority.authorizations.get(url);
  assert.ok(known);
  const challenges = known.challenges.map((challenge) => ({ ...challenge, persist }));
  authority.authorizations.set(url, { ...known, challenges });
  await validate();
  assert.deepEqual(tasks[0]?.persist, persist);
});

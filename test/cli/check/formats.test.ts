import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checkJson } from '../../../src/cli/check/check-json.ts';
import { nagiosLine } from '../../../src/cli/check/nagios-line.ts';
import { prometheusText } from '../../../src/cli/check/prometheus-text.ts';
import { evaluateCheck, failedCheck } from '../../../src/core/check.ts';
import { assertGolden } from '../../support/golden.ts';
import { sampleFacts, sampleResult, wellFacts } from './sample-result.ts';

const baseUri = 'https://ca.test/directory';

describe('nagiosLine', () => {
  it('matches its golden lines', () => {
    const thresholds = { warningDays: 30, criticalDays: 7 };
    const lines = [
      nagiosLine(sampleResult, {}),
      nagiosLine(evaluateCheck(sampleFacts, thresholds), thresholds),
      nagiosLine(evaluateCheck(wellFacts), {}),
      nagiosLine(failedCheck('cannot read it', sampleFacts.now, 'UNKNOWN'), {}),
    ];
    assertGolden('check-nagios.txt', lines.join(''));
  });

  it('is one line with one bar, short enough for NRPE, whatever there is to tell', () => {
    const [worst] = sampleFacts.renewals;
    const renewals = Array.from({ length: 1000 }, (_, index) => ({
      ...(worst ?? assert.fail('no sample')),
      id: `shop${index}`,
      friendlyName: `${'|\r\n\u2028'.repeat(100)}${index}`,
    }));
    const line = nagiosLine(evaluateCheck({ ...sampleFacts, renewals }), {});
    assert.match(line, /^[^|\n\r\u2028]+ \| [^|\n]+\n$/);
    assert.ok(Buffer.byteLength(line) < 1024, String(line.length));
    assert.match(line, /^WACS CRITICAL: .*\.\.\. \| days_left=20\.5;; renewals=1000 due=1000 failing=1000 /);
  });

  it('gives performance data as the guidelines want it', () => {
    const [, data = ''] = nagiosLine(sampleResult, {}).trim().split(' | ');
    for (const item of data.split(' ')) {
      assert.match(item, /^[a-z_]+=-?\d+(\.\d+)?(s|)(;(\d+:?)?(;(\d+:?)?)?)?$/, item);
    }
  });
});

describe('checkJson', () => {
  it('matches its golden document, in ASCII', () => {
    const text = checkJson(sampleResult, { warningDays: 30 }).replace(/"version": ".*"/, '"version": "x"');
    assert.match(text, /^[\x20-\x7e\n]+$/);
    assert.equal(JSON.parse(text).exitCode, 2);
    assert.equal(JSON.parse(text).renewals[0].friendlyName, sampleFacts.renewals[0]?.friendlyName);
    assertGolden('check-json.txt', text);
  });
});

describe('prometheusText', () => {
  it('matches its golden text', () => {
    assertGolden('check.prom', prometheusText(sampleResult, baseUri).replace(/version="[^"]*"/, 'version="x"'));
  });

  it('is well-formed: each metric announced once, before its samples; every label escaped', () => {
    const announced = new Set<string>();
    for (const line of prometheusText(sampleResult, baseUri).trimEnd().split('\n')) {
      const [, type] = /^# TYPE (wacs_[a-z_]+) gauge$/.exec(line) ?? [];
      if (type !== undefined) assert.ok(!announced.has(type) && announced.add(type), line);
      if (line.startsWith('#')) continue;
      const sample = /^(wacs_[a-z_]+)\{([a-z_]+="(?:[^"\\\n]|\\[\\"n])*",?)+\} -?\d+(\.\d+)?$/.exec(line);
      assert.ok(sample?.[1] !== undefined && announced.has(sample[1]), line);
    }
    assert.ok(announced.size >= 10);
  });

  it('tells several certificates of a renewal apart by their part', () => {
    const [shop = assert.fail('no sample')] = sampleFacts.renewals;
    const renewals = ['a.test', 'b.test'].map((part) => ({ ...shop, friendlyName: 'Shop', part }));
    const text = prometheusText(evaluateCheck({ ...sampleFacts, renewals }), baseUri);
    const lines = text.split('\n').filter((line) => line.startsWith('wacs_renewal_failures{'));
    assert.deepEqual(
      lines.map((line) => /,part="(.*?)"} 3$/.exec(line)?.[1]),
      ['a.test', 'b.test'],
    );
    assert.match(nagiosLine(evaluateCheck({ ...sampleFacts, renewals }), {}), / renewals=1 due=2 failing=2 /);
    const { findings } = JSON.parse(checkJson(evaluateCheck({ ...sampleFacts, renewals }), {}));
    assert.ok(findings.some((finding: { part?: string }) => finding.part === 'b.test'));
  });

  it('says that nothing could be read, and nothing else', () => {
    const text = prometheusText(failedCheck('cannot read it', sampleFacts.now, 'UNKNOWN'), baseUri);
    assert.match(text, /^wacs_up\{ca="https:\/\/ca\.test\/directory"\} 0$/m);
    assert.match(text, /^wacs_check_status\{.*\} 3$/m);
    assert.doesNotMatch(text, /wacs_(unreadable|certificate|last_run|task)/);
  });

  it('leaves out what cannot be known', () => {
    const { lastRun: _, ...facts } = sampleFacts;
    const task = { name: 't', state: 'unknown', problems: [] } as const;
    const text = prometheusText(evaluateCheck({ ...facts, task }), baseUri);
    assert.doesNotMatch(text, /wacs_task_healthy|wacs_last_run/);
    assert.match(text, /^wacs_renewal_failures\{.*id="shop".*\} 3$/m);
  });
});

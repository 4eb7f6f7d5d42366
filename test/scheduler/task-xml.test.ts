import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { suite, test } from 'node:test';
import type { TaskDefinition } from '../../src/core/task.ts';
import { encodeTaskXml, taskXml } from '../../src/scheduler/task-xml.ts';
import { schemaProblem } from './fake-schtasks.ts';
import { definition } from './samples.ts';

const everything: TaskDefinition = {
  ...definition,
  command: 'C:\\R&D <wacs>\\wacs.exe',
  arguments: '--renew --baseuri "https://ca.example/a?b=1&c=<2>" --configpath "C:\\données\\état\\\\"',
  repetitionSeconds: 6 * 3600,
  randomDelaySeconds: 0,
};

suite('task XML', () => {
  test('of the usual task is as in the golden file', () => {
    const golden = readFileSync(new URL('../golden/task.xml', import.meta.url), 'utf8');
    assert.equal(taskXml(definition), golden);
  });

  for (const [name, wished] of Object.entries({ usual: definition, everything })) {
    test(`is valid against the schema (${name})`, () => {
      assert.equal(schemaProblem(encodeTaskXml(taskXml(wished))), undefined);
    });
  }

  test('is refused by the schema when a value is wrong, so the schema is really asked', () => {
    const broken = taskXml(definition).replace('<RandomDelay>PT4H<', '<RandomDelay>4h<');
    assert.match(schemaProblem(encodeTaskXml(broken)) ?? '', /RandomDelay/);
  });

  test('is the same each time', () => {
    assert.equal(taskXml(definition), taskXml({ ...definition }));
  });

  test('escapes its texts', () => {
    const xml = taskXml(everything);
    assert.match(xml, /<Command>C:\\R&amp;D &lt;wacs&gt;\\wacs\.exe<\/Command>/);
    assert.match(xml, /b=1&amp;c=&lt;2&gt;"/);
  });

  test('repeats within the day when wished', () => {
    assert.match(taskXml(everything), /<Repetition>\s*<Interval>PT6H<\/Interval>\s*<Duration>P1D<\/Duration>/);
    assert.doesNotMatch(taskXml(definition), /Repetition/);
  });

  test('refuses characters XML cannot hold', () => {
    for (const character of ['\u0000', '\u001b', '\ud800', '\uffff']) {
      assert.throws(() => taskXml({ ...definition, arguments: `x${character}` }), { code: 'TaskDefinitionRejected' });
    }
  });

  test('is encoded as UTF-16LE with byte order mark', () => {
    const bytes = encodeTaskXml('<é/>');
    assert.deepEqual([...bytes], [0xff, 0xfe, 0x3c, 0, 0xe9, 0, 0x2f, 0, 0x3e, 0]);
  });
});

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { formatDuration, parseDuration } from '../../src/scheduler/duration.ts';

suite('xs:duration', () => {
  test('is written in hours, minutes and seconds', () => {
    const written = [0, 1, 60, 90, 3600, 14_400, 7_261, 90_000].map(formatDuration);
    assert.deepEqual(written, ['PT0S', 'PT1S', 'PT1M', 'PT1M30S', 'PT1H', 'PT4H', 'PT2H1M1S', 'PT25H']);
  });

  test('is compared by value', () => {
    for (const text of ['PT4H', 'PT240M', 'PT14400S', 'P0DT4H', 'PT3H60M', ' PT4H ', 'P0Y0M0DT4H0M0S']) {
      assert.equal(parseDuration(text), 14_400, text);
    }
    assert.equal(parseDuration('P1D'), 86_400);
    assert.equal(parseDuration('P3D'), parseDuration('PT72H'));
    assert.equal(parseDuration('-PT1M'), -60);
    assert.equal(parseDuration('PT0.5S'), 0.5);
  });

  test('is refused when it is none', () => {
    for (const text of ['', 'P', 'PT', 'P1DT', '4h', 'PT4', '4H', 'PT4H ago', 'pt4h'])
      assert.equal(parseDuration(text), undefined, text);
  });

  test('is read back as it was written', () => {
    for (const value of [0, 59, 61, 3599, 14_400, 86_400, 123_456])
      assert.equal(parseDuration(formatDuration(value)), value);
  });
});

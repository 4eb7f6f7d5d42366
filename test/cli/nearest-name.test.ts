import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { nearestName } from '../../src/core/nearest-name.ts';
import { table } from './support.ts';

const names = table.entries.map(({ option }) => option.name);

describe('nearestName', () => {
  for (const [mistyped, expected] of [
    ['renw', 'renew'],
    ['ernew', 'renew'],
    ['RENEWW', 'renew'],
    ['hots', 'host'],
    ['pfxpass', 'pfxpassword'],
    ['validation-port', 'validationport'],
    ['setuptaskschedular', 'setuptaskscheduler'],
    ['friendly-name', 'friendlyname'],
    ['verison', 'version'],
    ['st', undefined],
    ['qqqqqqqq', undefined],
    ['', undefined],
    ['x'.repeat(100_000), undefined],
  ] as const) {
    it(`${mistyped.slice(0, 20)} is near ${expected}`, () => assert.equal(nearestName(mistyped, names), expected));
  }
});

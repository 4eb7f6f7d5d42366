import assert from 'node:assert/strict';
import { test } from 'node:test';
import { signedHeaders, type UnsignedRequest } from '../../src/plugins/validation/route53/signing.ts';
import { signatureFault } from '../support/dns-apis/sigv4.ts';

const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };
const now = new Date('2015-08-30T12:36:00Z');
const clock = { now: () => now, sleep: async () => undefined };

/** The first four are AWS' own (its test suite for Signature Version 4, and the IAM user guide); the others botocore's. */
const known: readonly [service: string, request: UnsignedRequest, signature: string][] = [
  [
    'service',
    { method: 'GET', url: 'https://example.amazonaws.com/' },
    '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31',
  ],
  [
    'service',
    { method: 'POST', url: 'https://example.amazonaws.com/' },
    '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b',
  ],
  [
    'service',
    { method: 'GET', url: 'https://example.amazonaws.com/?Param2=value2&Param1=value1' },
    'b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500',
  ],
  [
    'iam',
    {
      method: 'GET',
      url: 'https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08',
      contentType: 'application/x-www-form-urlencoded; charset=utf-8',
    },
    '5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7',
  ],
  [
    'route53',
    {
      method: 'GET',
      url: 'https://route53.amazonaws.com/2013-04-01/hostedzone/Z123/rrset?name=_acme-challenge.a.test.&type=TXT&maxitems=100',
    },
    '4489807d3c9643905741a659aef17c1ff7ad2bb5c6964fa4098c7d60aa106681',
  ],
];

for (const [service, request, signature] of known) {
  test(`the signature of ${request.method} ${request.url} for ${service} is the known one`, () => {
    const scope = { service: service as 'route53', region: 'us-east-1', clock };
    const { authorization = '' } = signedHeaders(request, credentials, scope);
    assert.ok(authorization.endsWith(`Signature=${signature}`), authorization);
  });
}

function faultOf(change: (headers: Record<string, string>) => void, body = '<a/>'): string | undefined {
  const url = 'https://route53.amazonaws.com/2013-04-01/hostedzone/Z1/rrset?name=a.test.&type=TXT';
  const unsigned = { method: 'POST', url, contentType: 'application/xml', body: '<a/>' } as const;
  const scope = { service: 'route53', region: 'us-east-1', clock } as const;
  const { host, pathname, search, searchParams } = new URL(url);
  const headers = { ...signedHeaders(unsigned, { ...credentials, sessionToken: 'tok/en+' }, scope), host };
  Object.assign(headers, { 'content-length': String(body.length) });
  change(headers);
  const seen = { method: 'POST', path: pathname, target: pathname + search, query: searchParams, headers, body };
  const keys = new Map([[credentials.accessKeyId, { secret: credentials.secretAccessKey, token: 'tok/en+' }]]);
  return signatureFault(seen, { service: 'route53', region: 'us-east-1', keys, now })?.code;
}

test('the double takes a right signature, and nothing else', () => {
  assert.equal(
    faultOf(() => undefined),
    undefined,
  );
  assert.equal(
    faultOf(() => undefined, '<b/>'),
    'SignatureDoesNotMatch',
  );
  assert.equal(
    faultOf((headers) => Object.assign(headers, { host: 'other.test' })),
    'SignatureDoesNotMatch',
  );
  assert.equal(
    faultOf((headers) => Object.assign(headers, { 'x-amz-security-token': 'other' })),
    'InvalidClientTokenId',
  );
  assert.equal(
    faultOf((headers) => Object.assign(headers, { 'x-amz-date': '20150830T113600Z' })),
    'RequestExpired',
  );
  assert.equal(
    faultOf((headers) => Object.assign(headers, { authorization: 'Bearer x' })),
    'IncompleteSignature',
  );
});

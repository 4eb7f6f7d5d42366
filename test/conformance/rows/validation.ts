import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { assertFailure, assertIssued, assertSuccess } from '../../fault-ca/checks.ts';
import { assertExit, forgetAccount } from '../../pebble/workbench.ts';
import { unknownChallenge } from '../../support/fake-acme/object-faults.ts';
import type { Row } from '../row.ts';

/** Row 2. Pebble cannot mix IPv4 and IPv6 in one order, so each has its own. */
export const httpValidation: Row = {
  number: 2,
  title: 'http-01: self-hosted, web root, redirect; IPv4 and IPv6 addresses',
  place: 'Pebble',
  async run({ t, pebble: start, machine }) {
    const pebble = await start({ defaultIPv6: '::1' });
    const bench = await machine(pebble);
    assertExit(await bench.create('self.test', ['--id', 'self']), 0);
    for (const [id, address] of [
      ['four', '127.0.0.1'],
      ['six', '::1'],
    ] as const) {
      assertExit(await bench.create(address, ['--id', id, '--pemfilesname', id]), 0);
      const names = new X509Certificate(bench.readPem(id, 'crt')).subjectAltName ?? '';
      assert.match(names, id === 'four' ? /IP Address:127\.0\.0\.1/ : /IP Address:0:0:0:0:0:0:0:1/);
    }
    const webroot = join(bench.folder, 'web');
    mkdirSync(webroot);
    await serveByRedirect(t, webroot, pebble.httpPort);
    assertExit(await bench.create('web.test', ['--validation', 'filesystem', '--webroot', webroot]), 0);
  },
};

/** Row 4. */
export const tlsValidation: Row = {
  number: 4,
  title: 'tls-alpn-01: names and an address',
  place: 'Pebble',
  async run({ pebble: start, machine }) {
    const pebble = await start();
    const bench = await machine(pebble);
    const tls = ['selfhosting', '--validationmode', 'tls-alpn-01', '--validationport', String(pebble.tlsPort)];
    for (const [id, hosts] of [
      ['names', 'a.test,b.test'],
      ['address', '127.0.0.1'],
    ] as const) {
      assertExit(await bench.create(hosts, ['--id', id, '--validation', ...tls]), 0);
    }
    forgetAccount(bench);
    assertExit(await bench.run(['--renew', '--force', '--accepttos']), 0);
  },
};

/** Row 23. */
export const unusualAuthorizations: Row = {
  number: 23,
  title: 'unknown challenge types; authorizations that are valid already; an order given again',
  place: 'fault-injecting CA',
  async run({ faults }) {
    const bench = await faults({ reuseOrders: true, reuseAuthorizations: true });
    bench.fake.inject({ on: 'authz', fault: unknownChallenge(), times: Number.POSITIVE_INFINITY });
    assertSuccess(await bench.create('a.test,b.test'));
    assertIssued(bench);
    const again = await bench.renew(['--force']);
    assertSuccess(again);
    assert.equal(again.count('challenge'), 0, 'a valid authorization was validated again');
    const strange = await faults();
    strange.fake.inject({ on: 'authz', fault: unknownChallenge(true), times: Number.POSITIVE_INFINITY });
    assertFailure(await strange.create(), 44, 'ValidationFailed');
  },
};

/** A web server where the CA looks, which sends it on, as sites do that have moved. */
async function serveByRedirect(t: TestContext, webroot: string, port: number): Promise<void> {
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    if (!path.startsWith('/moved/')) {
      response.writeHead(302, { location: `/moved${path}` }).end();
      return;
    }
    try {
      response.end(readFileSync(join(webroot, path.slice('/moved'.length))));
    } catch {
      response.writeHead(404).end();
    }
  });
  server.listen(port, '::');
  await once(server, 'listening');
  t.after(() => server.close());
}

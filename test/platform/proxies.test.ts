import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createProxyChooser, type ProxyWish, type SystemProxies } from '../../src/platform/proxies.ts';
import { type NamedProxy, proxyFor } from '../../src/platform/system-proxy-list.ts';
import { memoryLog } from './support.ts';

describe('the proxy lists of Windows', () => {
  const cases: readonly [string, NamedProxy, string | undefined][] = [
    ['https://ca.test/dir', { proxies: 'proxy:8080', bypass: '' }, 'http://proxy:8080'],
    ['https://ca.test/dir', { proxies: 'http=a:1;https=b:2;ftp=c:3', bypass: '' }, 'http://b:2'],
    ['http://ca.test/dir', { proxies: 'http=a:1 https=b:2', bypass: '' }, 'http://a:1'],
    ['https://ca.test/', { proxies: 'http=a:1', bypass: '' }, undefined],
    ['https://ca.test/', { proxies: 'socks=s:1080;p:3128', bypass: '' }, 'http://p:3128'],
    ['https://ca.test/', { proxies: 'first:1;second:2', bypass: '' }, 'http://first:1'],
    ['https://ca.test/', { proxies: 'http://proxy.test:3128/', bypass: '' }, 'http://proxy.test:3128'],
    ['https://ca.test/', { proxies: 'socks=s:1080', bypass: '' }, undefined],
    ['https://ca.test/', { proxies: '', bypass: '' }, undefined],
    ['https://ca.test/', { proxies: 'p:1', bypass: '*.test' }, undefined],
    ['https://catest/', { proxies: 'p:1', bypass: '*.test' }, 'http://p:1'],
    ['https://CA.test/', { proxies: 'p:1', bypass: 'other.test; ca.TEST' }, undefined],
    ['https://ca.test.example/', { proxies: 'p:1', bypass: 'ca.test' }, 'http://p:1'],
    ['https://intranet/', { proxies: 'p:1', bypass: '<local>' }, undefined],
    ['https://ca.test/', { proxies: 'p:1', bypass: '<local>' }, 'http://p:1'],
    ['https://[2001:db8::1]/', { proxies: 'p:1', bypass: '<local>' }, 'http://p:1'],
    ['https://[2001:db8::1]/', { proxies: 'p:1', bypass: '[2001:db8::1]' }, undefined],
    ['https://10.1.2.3/', { proxies: 'p:1', bypass: '10.*' }, undefined],
    ['https://ca.test:14000/', { proxies: 'p:1', bypass: 'ca.test:14000' }, undefined],
    ['https://ca.test/', { proxies: 'p:1', bypass: 'ca.test:14000' }, 'http://p:1'],
    ['https://ca.test/', { proxies: 'p:1', bypass: 'https://ca.test' }, undefined],
    ['https://caxtest/', { proxies: 'p:1', bypass: 'ca.test (a)' }, 'http://p:1'],
  ];
  for (const [url, named, expected] of cases) {
    it(`${url} by "${named.proxies}" but not "${named.bypass}": ${expected ?? 'directly'}`, () => {
      assert.equal(proxyFor(new URL(url), named), expected);
    });
  }
});

describe('which proxy is taken', () => {
  const system: SystemProxies = {
    winHttp: () => ({ proxies: 'machine:1', bypass: 'direct.test' }),
    winInet: () => ({ proxies: 'user:2', bypass: '' }),
  };
  const userOnly: SystemProxies = { winHttp: () => undefined, winInet: system.winInet };
  const env = { HTTPS_PROXY: 'http://environment:3', NO_PROXY: 'b.test' };
  const choose = (wish: ProxyWish, parts: { env?: NodeJS.ProcessEnv; system?: SystemProxies }, host = 'ca.test') =>
    createProxyChooser(wish, { env: {}, system: undefined, log: memoryLog(), ...parts }).choose(
      new URL(`https://${host}/dir`),
    );

  it('the environment comes before the system, with all its variables', async () => {
    assert.equal(await choose({ url: '[System]' }, { env, system }), env);
    assert.equal(
      await choose({ url: '[System]' }, { env: { https_proxy: 'http://x:1' } }).then((e) => e.https_proxy),
      'http://x:1',
    );
  });

  it('the machine comes before the user', async () => {
    assert.deepEqual(await choose({ url: '[System]' }, { system }), at('http://machine:1/'));
    assert.deepEqual(await choose({ url: '[System]' }, { system: userOnly }), at('http://user:2/'));
    assert.deepEqual(await choose({ url: '[WinInet]' }, { env, system }), at('http://user:2/'));
    assert.deepEqual(await choose({ url: '[winhttp]' }, { env, system: userOnly }), {});
  });

  it('what the machine asks directly is asked directly', async () => {
    assert.deepEqual(await choose({ url: '[System]' }, { system }, 'direct.test'), {});
  });

  it('an address of the settings comes before everything, with its credentials', async () => {
    const wish = { url: 'http://given:8080', userName: 'DOMAIN\\user', password: 'p@ss:wörd' };
    const expected = at('http://DOMAIN%5Cuser:p%40ss%3Aw%C3%B6rd@given:8080/');
    assert.deepEqual(await choose(wish, { env, system }), expected);
  });

  it('credentials are for the proxy of the system too', async () => {
    const wish = { url: '[System]', userName: 'user', password: 'secret' };
    assert.deepEqual(await choose(wish, { system }), at('http://user:secret@machine:1/'));
  });

  it('an empty address is none', async () => {
    assert.deepEqual(await choose({ url: '' }, { env, system }), {});
  });

  it('the system is asked once for each host', async () => {
    let asked = 0;
    const count = (): undefined => {
      asked += 1;
    };
    const counting: SystemProxies = { ...userOnly, winInet: count };
    const chooser = createProxyChooser({ url: '[System]' }, { env: {}, system: counting, log: memoryLog() });
    for (const path of ['a', 'b', 'c']) await chooser.choose(new URL(`https://ca.test/${path}`));
    await chooser.choose(new URL('https://other.test/'));
    assert.equal(asked, 2);
  });
});

function at(address: string) {
  return { HTTPS_PROXY: address, HTTP_PROXY: address };
}

import * as v from 'valibot';
import { optionalSetting, plainText, setting } from './values.ts';

/** `[System]`, `[WinHttp]`, `[WinInet]`, empty for none, or the address of an HTTP proxy. */
const proxyUrl = v.pipe(
  v.string(),
  v.check(
    isUsable,
    'must be [System], [WinHttp], [WinInet], empty, or an address such as http://proxy.example.com:8080',
  ),
);

/** Settings `Proxy`: the way to the CA and to DNS services. */
export const proxySettings = v.object({
  Url: setting(
    proxyUrl,
    '[System]',
    'proxy for requests to the CA and to DNS services: [System], [WinHttp], [WinInet], an address such as http://proxy.example.com:8080, or empty for none',
  ),
  UserName: optionalSetting(plainText, 'user name at the proxy'),
  Password: optionalSetting(v.string(), 'password at the proxy', { secret: true }),
});

function isUsable(text: string): boolean {
  if (text === '' || /^\[(system|winhttp|wininet)\]$/i.test(text)) return true;
  const url = URL.parse(text);
  return url !== null && url.protocol === 'http:' && url.hostname !== '' && url.username === '';
}

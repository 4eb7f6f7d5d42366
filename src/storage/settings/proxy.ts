import * as v from 'valibot';
import { textOrNull } from './values.ts';

/** `[System]`, `[WinHttp]`, `[WinInet]`, empty for none, or the address of an HTTP proxy. */
const proxyUrl = v.pipe(
  v.nullable(v.string()),
  v.check(
    isUsable,
    'must be [System], [WinHttp], [WinInet], empty, or an address such as http://proxy.example.com:8080',
  ),
);

/** Settings `Proxy`: the way to the CA and to DNS services. */
export const proxySettings = v.looseObject({
  Url: v.optional(proxyUrl, '[System]'),
  UserName: textOrNull,
  /** Secret. */
  Password: textOrNull,
});

function isUsable(text: string | null): boolean {
  if (text === null || text === '' || /^\[(system|winhttp|wininet)\]$/i.test(text)) return true;
  const url = URL.parse(text);
  return url !== null && url.protocol === 'http:' && url.hostname !== '' && url.username === '';
}

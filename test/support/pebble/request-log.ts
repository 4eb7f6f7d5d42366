/** What a request to the CA was for. */
export type RequestKind =
  | 'directory'
  | 'newNonce'
  | 'newAccount'
  | 'account'
  | 'newOrder'
  | 'order'
  | 'orders'
  | 'finalize'
  | 'authorization'
  | 'challenge'
  | 'certificate'
  | 'revokeCert'
  | 'keyChange'
  | 'renewalInfo';

export interface LoggedRequest {
  readonly method: string;
  /** The route, such as `/authZ/`: Pebble's log leaves the identifier after it out. */
  readonly path: string;
  /** `undefined` for a route not known here. */
  readonly kind: RequestKind | undefined;
}

const KINDS: Readonly<Record<string, RequestKind>> = {
  '/dir': 'directory',
  '/nonce-plz': 'newNonce',
  '/sign-me-up': 'newAccount',
  '/my-account/': 'account',
  '/order-plz': 'newOrder',
  '/my-order/': 'order',
  '/list-orderz/': 'orders',
  '/finalize-order/': 'finalize',
  '/authZ/': 'authorization',
  '/chalZ/': 'challenge',
  '/certZ/': 'certificate',
  '/revoke-cert': 'revokeCert',
  '/rollover-account-key': 'keyChange',
  '/draft-ietf-acme-ari-03/renewalInfo/': 'renewalInfo',
};

/** Pebble logs this one call of its management port as it does ACME requests. */
const MANAGEMENT = '/set-renewal-info/';

/** The ACME requests in Pebble's log in their order. Not in it: those to no route, or by a method the route refuses. */
export function parseRequestLog(log: string): LoggedRequest[] {
  const lines = log.matchAll(/^Pebble \S+ \S+ ([A-Z]+) (\/\S*) -> calling handler\(\)$/gm);
  const requests = Array.from(lines, ([, method = '', path = '']) => ({ method, path, kind: KINDS[path] }));
  return requests.filter(({ path }) => path !== MANAGEMENT);
}

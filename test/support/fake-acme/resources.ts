/** Path segment of each resource; the directory names them, clients must not guess them. */
const segments = {
  directory: 'directory',
  newNonce: 'new-nonce',
  newAccount: 'new-account',
  account: 'account',
  newOrder: 'new-order',
  order: 'order',
  authz: 'authz',
  challenge: 'challenge',
  finalize: 'finalize',
  certificate: 'certificate',
  renewalInfo: 'renewal-info',
  revokeCert: 'revoke-cert',
  keyChange: 'key-change',
} as const;

/** What a request is about. */
export type ResourceKind = keyof typeof segments;

/** All kinds. */
export const resourceKinds = Object.keys(segments) as readonly ResourceKind[];

/** Absolute URL of a resource. */
export function resourceUrl(state: { readonly baseUrl: string }, kind: ResourceKind, id?: string): string {
  return `${state.baseUrl}/${segments[kind]}${id === undefined ? '' : `/${id}`}`;
}

/** Kind and identifier a path names; undefined when there is no such resource. */
export function parseResourcePath(path: string): { readonly kind: ResourceKind; readonly id: string } | undefined {
  const [, segment = '', ...rest] = path.split('/');
  const kind = resourceKinds.find((candidate) => segments[candidate] === segment);
  return kind === undefined ? undefined : { kind, id: rest.join('/') };
}

/** The identifier in the URL of a resource of that kind; undefined when the URL is another one. */
export function idFromUrl(state: { readonly baseUrl: string }, kind: ResourceKind, url: unknown): string | undefined {
  const prefix = `${resourceUrl(state, kind)}/`;
  return typeof url === 'string' && url.startsWith(prefix) ? url.slice(prefix.length) : undefined;
}

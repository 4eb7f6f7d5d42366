import type {
  AcmeAuthorization,
  AcmeChallenge,
  AcmeOrder,
  CertificateAuthority,
  CertificateChain,
} from '../../src/core/acme.ts';
import { type AcmeProblem, WacsError } from '../../src/core/errors.ts';
import type { Identifier } from '../../src/core/identifier.ts';
import { readCertificateRequest } from '../../src/crypto/certificate-request.ts';
import { createTestAuthority, type TestLeafOptions } from '../support/certificates.ts';

type Writable<Type> = { -readonly [Key in keyof Type]: Type[Key] };
export type FakeOrder = Writable<AcmeOrder> & { keyPem?: string };

/** A CA in memory that does what RFC 8555 says and whatever a test makes of it. */
export interface FakeAuthority extends CertificateAuthority {
  /** Method names with their most telling argument, in the order of the calls. */
  readonly calls: string[];
  readonly orders: Map<string, FakeOrder>;
  readonly authorizations: Map<string, Writable<AcmeAuthorization>>;
  /** Names the CA refuses, with the reason. */
  readonly refused: Map<string, AcmeProblem>;
  /** Runs before each method; what it throws is the method's failure. */
  before: (method: string, argument: string) => void | Promise<void>;
  /** What becomes of an order after finalize. */
  afterFinalize: 'valid' | 'processing' | 'invalid';
  /** How issued certificates differ from what was asked for. */
  leaf: TestLeafOptions;
  /** Changes a chain before it is handed out. */
  alterChain: (chain: CertificateChain) => CertificateChain;
  /** Adds an order as an earlier run may have left it. */
  addOrder(status: string, identifiers: readonly Identifier[], keyPem?: string): FakeOrder;
}

const challengeTypes = ['http-01', 'dns-01'];
const issuing = createTestAuthority();

export function createFakeAuthority(journal: string[] = []): FakeAuthority {
  const orders = new Map<string, FakeOrder>();
  const authorizations = new Map<string, Writable<AcmeAuthorization>>();
  const enter = async (method: string, argument = ''): Promise<void> => {
    journal.push(argument === '' ? method : `${method} ${argument}`);
    await authority.before(method, argument);
  };
  const authority: FakeAuthority = {
    calls: journal,
    orders,
    authorizations,
    refused: new Map(),
    before: () => undefined,
    afterFinalize: 'valid',
    leaf: {},
    alterChain: (chain) => chain,
    addOrder(status, identifiers, keyPem) {
      const url = `https://ca.test/order/${orders.size + 1}`;
      const urls = identifiers.map((identifier) => addAuthorization(identifier, status === 'pending'));
      const order: FakeOrder = { url, status, identifiers, authorizations: urls, finalize: `${url}/finalize` };
      if (keyPem !== undefined) order.keyPem = keyPem;
      orders.set(url, order);
      return order;
    },
    async ensureAccount() {
      await enter('ensureAccount');
      return { url: 'https://ca.test/account/1', status: 'valid', contact: [] };
    },
    async newOrder(request) {
      await enter('newOrder', [request.profile, request.replaces].filter(Boolean).join(' '));
      return { ...authority.addOrder('pending', request.identifiers) };
    },
    async getOrder(url) {
      await enter('getOrder');
      return read(url);
    },
    async getAuthorization(url) {
      await enter('getAuthorization', url);
      return { ...known(authorizations.get(url)) };
    },
    async keyAuthorization(challenge) {
      await enter('keyAuthorization', challenge.token);
      return `${challenge.token}.thumbprint`;
    },
    async answerChallenge(url) {
      await enter('answerChallenge', url);
      settle(known([...authorizations.values()].find(({ challenges }) => challenges.some((one) => one.url === url))));
    },
    async waitForAuthorization(url) {
      await enter('waitForAuthorization', url);
      return { ...known(authorizations.get(url)) };
    },
    async waitForOrder(url, whileIn) {
      await enter('waitForOrder');
      const order = known(orders.get(url));
      if (order.status === 'pending' && order.authorizations.every(isValid)) order.status = 'ready';
      if (order.status === 'processing') order.status = 'valid';
      if (whileIn.includes(order.status)) throw new WacsError('AcmeTimeout', `${url} did not settle`);
      return read(url);
    },
    async finalizeOrder(order, csr) {
      await enter('finalizeOrder');
      const own = known(orders.get(order.url));
      if (own.status === 'pending' && own.authorizations.every(isValid)) own.status = 'ready';
      if (own.status !== 'ready') return read(order.url);
      own.keyPem = readCertificateRequest(csr).publicKeyPem;
      own.status = authority.afterFinalize;
      return read(order.url);
    },
    async downloadCertificate({ url }, preferredIssuer = '') {
      await enter('downloadCertificate', preferredIssuer);
      const { identifiers, keyPem = '' } = known(orders.get(url));
      const { chainPem, issue } = await issuing;
      const { leafPem } = await issue({ identifiers, keyPem, ...authority.leaf });
      return authority.alterChain([leafPem, ...chainPem]);
    },
    async deactivateAuthorization(url) {
      await enter('deactivateAuthorization', url);
      known(authorizations.get(url)).status = 'deactivated';
    },
    async revokeCertificate({ reason, certificateKeyPem }) {
      await enter('revokeCertificate', certificateKeyPem === undefined ? reason : `${reason} by its key`);
      return 'revoked';
    },
    profiles: async () => [],
    hasRenewalInfo: async () => true,
  };
  return authority;

  function addAuthorization(identifier: Identifier, pending: boolean): string {
    const url = `https://ca.test/authz/${identifier.value}`;
    const status = pending ? 'pending' : 'valid';
    const challenges = challengeTypes.map((type) => toChallenge(type, url, status, identifier));
    authorizations.set(url, { url, status, identifier, wildcard: false, challenges });
    return url;
  }

  function settle(authorization: Writable<AcmeAuthorization>): void {
    const error = authority.refused.get(authorization.identifier.value);
    authorization.status = error === undefined ? 'valid' : 'invalid';
    if (error !== undefined)
      authorization.challenges = authorization.challenges.map((one) => ({ ...one, status: 'invalid', error }));
  }

  function isValid(url: string): boolean {
    return authorizations.get(url)?.status === 'valid';
  }

  function read(url: string): AcmeOrder {
    const { keyPem: _, ...order } = known(orders.get(url));
    return order;
  }
}

function toChallenge(type: string, url: string, status: string, { value }: Identifier): AcmeChallenge {
  return { url: `${url}/${type}`, type, status, token: `token-${value}` };
}

/** A CA does not know what it never made (RFC 8555 section 6.7). */
function known<Resource>(resource: Resource | undefined): Resource {
  if (resource !== undefined) return resource;
  const problem = { type: 'urn:ietf:params:acme:error:malformed', detail: 'no such resource', status: 404 };
  throw new WacsError('AcmeError', 'no such resource (malformed)', { problem });
}

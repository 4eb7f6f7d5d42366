import type { AcmeAuthorization, AcmeOrder, CertificateAuthority, RenewalInfoSource } from '../../src/core/acme.ts';
import { WacsError } from '../../src/core/errors.ts';
import type { Identifier } from '../../src/core/identifier.ts';
import { type SimulatedCertificate, textOf } from './simulated-tools.ts';
import { day, hour, type Span, spanAt } from './units.ts';

/** A step of a run that fails; those of the machine itself are not the CA's. */
export type FailingStep =
  | 'newOrder'
  | 'getAuthorization'
  | 'answerChallenge'
  | 'waitForAuthorization'
  | 'validation'
  | 'finalizeOrder'
  | 'refusal'
  | 'downloadCertificate'
  | 'store'
  | 'installation';

/** How a CA behaves over the year; moments and lengths are milliseconds. */
export interface CaBehaviour {
  readonly lifetime: number;
  /** Undefined: it has no renewal information. */
  readonly windowOf?: (certificate: SimulatedCertificate, now: number) => Span;
  /** When the CA has moved a certificate's window away from where it was first, if it does so. */
  readonly movedAt?: (certificate: SimulatedCertificate) => number | undefined;
  /** Whether a question for renewal information fails; everything else works. */
  readonly renewalInfoFails?: (now: number) => boolean;
  /** When nothing of it can be reached. */
  readonly outages?: readonly Span[];
  /** The moment before which no order is taken, for one that comes now. */
  readonly notBefore?: (now: number) => number | undefined;
}

/** A CA without cryptography and without network. */
export interface SimulatedCa {
  readonly authority: CertificateAuthority;
  readonly renewalInfo: RenewalInfoSource;
  /** Moments of the newOrder requests that made an order. */
  readonly newOrders: number[];
  readonly certificates: Map<string, SimulatedCertificate>;
  /** Orders that can come to nothing any more: refused, or too old when a later run went back to them. */
  readonly lostOrders: Set<string>;
  /** The step that fails in this run. */
  failing: FailingStep | undefined;
  isDown(): boolean;
}

interface Order {
  readonly identifiers: readonly Identifier[];
  readonly madeAt: number;
  status: 'pending' | 'ready' | 'valid' | 'invalid';
  certificate?: SimulatedCertificate;
}

const base = 'https://ca.test';
const unreachable = () => new WacsError('AcmeUnreachable', 'the CA cannot be reached');

/** @param now the present in milliseconds */
export function createSimulatedCa(behaviour: CaBehaviour, now: () => number): SimulatedCa {
  const orders = new Map<string, Order>();
  /** Life of an order, as at Let's Encrypt. */
  const orderLife = behaviour.lifetime < 10 * day ? 8 * hour : 7 * day;

  /** What every request begins with. */
  const enter = (step?: FailingStep): void => {
    if (ca.isDown() || (step !== undefined && ca.failing === step)) throw unreachable();
  };
  const find = (url: string): Order => {
    const order = orders.get(url);
    if (order === undefined) throw new Error(`no order ${url}`);
    if (order.status === 'pending' && now() >= order.madeAt + orderLife) order.status = 'invalid';
    return order;
  };
  const show = (url: string): AcmeOrder => {
    const { status, identifiers, certificate } = find(url);
    return {
      url,
      status,
      identifiers,
      authorizations: [`${url}/authz`],
      finalize: `${url}/finalize`,
      ...(certificate === undefined ? {} : { certificate: `${url}/certificate` }),
    };
  };
  const authorization = (url: string): AcmeAuthorization => {
    const order = find(url.replace('/authz', ''));
    const status = order.status === 'ready' || order.status === 'valid' ? 'valid' : order.status;
    const [identifier = { type: 'dns', value: '' }] = order.identifiers;
    const challenge = { url: `${url}/chall`, type: 'http-01', status, token: 'token' };
    return { url, status, identifier, wildcard: false, challenges: [challenge] };
  };
  const unused = (): never => {
    throw new Error('no part of the simulation');
  };

  const ca: SimulatedCa = {
    newOrders: [],
    certificates: new Map(),
    lostOrders: new Set(),
    failing: undefined,
    isDown: () => spanAt(behaviour.outages ?? [], now()) !== undefined,
    renewalInfo: {
      async getRenewalInfo(id) {
        enter();
        if (behaviour.renewalInfoFails?.(now()) === true) throw unreachable();
        const certificate = ca.certificates.get(id);
        if (certificate === undefined) throw new Error(`no certificate ${id}`);
        const window = behaviour.windowOf?.(certificate, now());
        if (window === undefined) return undefined;
        return {
          windowStart: new Date(window.from),
          windowEnd: new Date(window.to),
          askAgainAt: new Date(now() + 6 * hour),
        };
      },
    },
    authority: {
      async ensureAccount() {
        enter();
        return { url: `${base}/account`, status: 'valid', contact: [] };
      },
      async newOrder({ identifiers }) {
        enter('newOrder');
        const notBefore = behaviour.notBefore?.(now());
        if (notBefore !== undefined)
          throw new WacsError('AcmeRateLimited', 'too many certificates', { retryAt: new Date(notBefore) });
        const url = `${base}/order/${orders.size + 1}`;
        orders.set(url, { identifiers, madeAt: now(), status: 'pending' });
        ca.newOrders.push(now());
        return show(url);
      },
      async getOrder(url) {
        enter();
        const order = show(url);
        if (order.status === 'invalid') ca.lostOrders.add(url);
        return order;
      },
      async getAuthorization(url) {
        enter('getAuthorization');
        return authorization(url);
      },
      keyAuthorization: async () => 'token.thumbprint',
      async answerChallenge(url) {
        enter('answerChallenge');
        const orderUrl = url.replace('/authz/chall', '');
        find(orderUrl).status = ca.failing === 'validation' ? 'invalid' : 'ready';
        if (ca.failing === 'validation') ca.lostOrders.add(orderUrl);
      },
      async waitForAuthorization(url) {
        enter('waitForAuthorization');
        return authorization(url);
      },
      async waitForOrder(url) {
        enter();
        return show(url);
      },
      async finalizeOrder({ url }) {
        enter('finalizeOrder');
        if (ca.failing === 'refusal') {
          ca.lostOrders.add(url);
          throw new WacsError('OrderRejected', 'CAA forbids it');
        }
        const order = find(url);
        if (order.status === 'ready') issue(order, url);
        return show(url);
      },
      async downloadCertificate({ url }) {
        enter('downloadCertificate');
        const { certificate } = find(url);
        return certificate === undefined ? unused() : [textOf(certificate), 'intermediate'];
      },
      async deactivateAuthorization(url) {
        enter();
        find(url.replace('/authz', '')).status = 'invalid';
      },
      revokeCertificate: unused,
      profiles: async () => [],
      hasRenewalInfo: async () => behaviour.windowOf !== undefined,
    },
  };
  return ca;

  /** Backdated by an hour, as CAs do. */
  function issue(order: Order, url: string): void {
    const notBefore = now() - hour;
    const { identifiers } = order;
    const certificate = { id: idOf(url), identifiers, notBefore, notAfter: notBefore + behaviour.lifetime };
    ca.certificates.set(certificate.id, certificate);
    order.certificate = certificate;
    order.status = 'valid';
  }
}

/** Begins with what looks like a thumbprint: certificates are told apart by it. */
function idOf(url: string): string {
  const number = Number(url.split('/').at(-1));
  return `${Math.imul(number, 0x9e3779b1) >>> 0}`.padStart(8, '0');
}

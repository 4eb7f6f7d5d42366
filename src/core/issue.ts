import type { AcmeOrder, CertificateAuthority, CertificateChain } from './acme.ts';
import type { Limiter } from './bounded.ts';
import type { CertificateTools, IssuedCertificate } from './certificate.ts';
import { type ErrorCode, isTransient, toWacsError, WacsError } from './errors.ts';
import type { ValidationPlugin } from './plugin.ts';
import type { Clock, Log } from './ports.ts';
import { describeProblem } from './problem.ts';
import { explainRefusal, type KeyRequest, makeKey, makeRequest } from './request-key.ts';
import type { OrderRecord, OrderStore } from './stores.ts';
import { validateAuthorizations } from './validate.ts';
import { verifyCertificate } from './verify-certificate.ts';

/** What is to be issued. */
export interface IssueRequest extends KeyRequest {
  /** Name under which the open order is kept. */
  readonly fileId: string;
  readonly friendlyName: string;
  readonly validation: ValidationPlugin;
  readonly planKey: string;
  readonly profile?: string;
  readonly preferredIssuer?: string;
  /** RFC 9773 identifier of the certificate this one replaces. */
  readonly replaces?: string;
  /** Do not go on with a stored order. */
  readonly noCache: boolean;
  /** Whether it would be too late after the end of a limit on the account's orders. */
  readonly urgent: boolean;
}

/** What issuing needs. */
export interface IssueServices {
  readonly authority: CertificateAuthority;
  readonly certificates: CertificateTools;
  readonly orders: OrderStore;
  readonly limitValidations: Limiter;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
}

interface OpenOrder {
  readonly order: AcmeOrder;
  readonly record: OrderRecord;
  /** Whether an earlier run has opened it. */
  readonly resumed: boolean;
}

/**
 * Gets a certificate (RFC 8555 section 7.4): order, authorizations, certificate request, certificate, verification. The
 * order and its key are on disk before the CA can act on them, so a killed run is resumed by the next one; where the
 * interruption has spoiled the order, a new one takes its place.
 * @throws WacsError with the codes of the CA, of validation, and CertificateRejected.
 */
export async function issueCertificate(request: IssueRequest, services: IssueServices): Promise<IssuedCertificate> {
  const opened = await openOrder(request, services);
  try {
    return await complete(opened, request, services);
  } catch (error) {
    if (!opened.resumed || !maySpoil(error)) throw error;
    services.log.info(`the order of an earlier run cannot be completed (${error.message}); ordering anew`);
  }
  return issueCertificate({ ...request, noCache: true }, services);
}

async function complete(opened: OpenOrder, request: IssueRequest, services: IssueServices): Promise<IssuedCertificate> {
  try {
    const ready = await authorize(opened.order, request, services);
    const key = await keepKey({ ...opened, order: ready }, request, services);
    const valid = await finalize(ready, key, request, services);
    const chain = await services.authority.downloadCertificate(valid, request.preferredIssuer);
    return verifyCertificate(toCertificate(chain, key, request, services), request.target, services);
  } catch (error) {
    await forgetIfHopeless(error, request, services);
    throw error;
  }
}

async function openOrder(request: IssueRequest, services: IssueServices): Promise<OpenOrder> {
  const resumed = request.noCache ? undefined : await resumeOrder(request, services);
  if (resumed !== undefined) return resumed;
  const { target, profile, replaces, fileId, planKey } = request;
  services.log.info(`ordering a certificate for ${target.identifiers.map(({ value }) => value).join(', ')}`);
  const order = await services.authority.newOrder({
    identifiers: target.identifiers,
    ...(profile === undefined ? {} : { profile }),
    ...(replaces === undefined ? {} : { replaces }),
    urgent: request.urgent,
  });
  const record: OrderRecord = { url: order.url, planKey };
  await services.orders.write(fileId, record);
  return { order, record, resumed: false };
}

async function resumeOrder(request: IssueRequest, services: IssueServices): Promise<OpenOrder | undefined> {
  const record = await services.orders.read(request.fileId);
  if (record === undefined) return undefined;
  const order = record.planKey === request.planKey ? await readOrder(record.url, services) : undefined;
  if (order !== undefined && canResume(order, record, request)) {
    services.log.info('going on with the order of an earlier run');
    return { order, record, resumed: true };
  }
  await services.orders.remove(request.fileId);
  return undefined;
}

/** An order the CA has forgotten is no failure: a new one takes its place. */
async function readOrder(url: string, services: IssueServices): Promise<AcmeOrder | undefined> {
  try {
    return await services.authority.getOrder(url);
  } catch (error) {
    if (!(error instanceof WacsError) || error.details.problem === undefined || error.code !== 'AcmeError') throw error;
    services.log.verbose(`${error.message}; ordering anew`);
    return undefined;
  }
}

/** Failures of one order that say nothing about the next: nobody answered the CA after the interruption. */
function maySpoil(error: unknown): error is WacsError {
  const codes = ['ValidationFailed', 'OrderRejected', 'CertificateRejected', 'AcmeError', 'MultipleFailures'];
  return error instanceof WacsError && codes.includes(error.code) && !isTransient(error);
}

/** From `processing` on, only the key that was sent with finalize fits the certificate; a given request stays the same. */
function canResume(order: AcmeOrder, record: OrderRecord, { target }: IssueRequest): boolean {
  if (order.status === 'pending' || order.status === 'ready') return true;
  const isKeyKnown = record.privateKeyPem !== undefined || target.request !== undefined;
  return ['processing', 'valid'].includes(order.status) && isKeyKnown;
}

/** With its last authorization an order is ready (RFC 8555 section 7.1.6): a CA that is not so far says so at finalize. */
async function authorize(order: AcmeOrder, request: IssueRequest, services: IssueServices): Promise<AcmeOrder> {
  if (order.status !== 'pending') return order;
  await validateAuthorizations(order.authorizations, { ...services, validation: request.validation });
  return { ...order, status: 'ready' };
}

/** The key is on disk before the CA gets to know it. @returns undefined for a request that was given without its key */
async function keepKey(
  { order, record }: OpenOrder,
  request: IssueRequest,
  services: IssueServices,
): Promise<string | undefined> {
  if (request.target.request !== undefined) return request.target.request.privateKeyPem;
  if (record.privateKeyPem !== undefined) return record.privateKeyPem;
  const privateKeyPem = await makeKey(request, services);
  await services.orders.write(request.fileId, { ...record, url: order.url, privateKeyPem });
  return privateKeyPem;
}

async function finalize(
  order: AcmeOrder,
  privateKeyPem: string | undefined,
  request: IssueRequest,
  services: IssueServices,
): Promise<AcmeOrder> {
  const { authority, certificates, signal } = services;
  let current = order;
  if (current.status === 'ready') {
    const der = makeRequest(request, privateKeyPem, certificates);
    signal.throwIfAborted();
    current = await authority.finalizeOrder(order, der).catch((error) => {
      throw explainRefusal(error, request);
    });
  }
  if (current.status !== 'valid') current = await authority.waitForOrder(order.url, ['pending', 'ready', 'processing']);
  if (current.status !== 'valid') throw orderFailed(current);
  return current;
}

function orderFailed(order: AcmeOrder): WacsError {
  const reason = order.error === undefined ? 'the CA gave no reason' : describeProblem(order.error);
  return new WacsError('OrderRejected', `the order ${order.url} became ${order.status}: ${reason}`, {
    ...(order.error === undefined ? {} : { problem: order.error }),
    hint: 'Run the command again; if the order fails again, the reason is with the CA.',
  });
}

function toCertificate(
  chain: CertificateChain,
  privateKeyPem: string | undefined,
  request: IssueRequest,
  services: IssueServices,
): IssuedCertificate {
  const [certificatePem, ...chainPem] = chain;
  if (certificatePem === undefined)
    throw new WacsError('CertificateRejected', 'the CA sent an empty certificate chain');
  return {
    info: services.certificates.readCertificate(certificatePem),
    commonName: request.target.commonName.value,
    friendlyName: request.friendlyName,
    privateKeyPem,
    certificatePem,
    chainPem,
  };
}

const hopelessCodes: readonly ErrorCode[] = [
  'ValidationFailed',
  'ValidationSetupError',
  'OrderRejected',
  'CertificateRejected',
  'AcmeError',
  'MultipleFailures',
];

/**
 * What may still succeed is kept for the next run; an order that failed for good is not. A record that cannot be
 * removed does no harm: the next run finds its order unusable.
 */
async function forgetIfHopeless(error: unknown, request: IssueRequest, services: IssueServices): Promise<void> {
  if (!(error instanceof WacsError) || !hopelessCodes.includes(error.code) || isTransient(error)) return;
  try {
    await services.orders.remove(request.fileId);
  } catch (failure) {
    services.log.warning(`cannot remove the record of the failed order: ${toWacsError(failure).message}`);
  }
}

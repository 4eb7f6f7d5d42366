import type { JsonObject } from './json.ts';
import type { ResourceKind } from './resources.ts';

/** A request the CA got, faults included. */
export interface LoggedRequest {
  readonly method: string;
  readonly path: string;
  /** Undefined for paths the CA does not have. */
  readonly kind: ResourceKind | undefined;
  readonly at: Date;
  readonly userAgent: string | undefined;
  /** Decoded JWS payload, once the body has been read and when it has one. */
  payload?: JsonObject;
  /** The nonce the JWS was signed with; a JWS that is sent again shows by it. */
  nonce?: string;
  /** Whether the JWS names its account (`kid`) or carries its key (`jwk`). */
  signedBy?: 'kid' | 'jwk';
}

/** Number of requests of a kind. */
export function countOf(requests: readonly LoggedRequest[], kind: ResourceKind): number {
  return requests.filter((request) => request.kind === kind).length;
}

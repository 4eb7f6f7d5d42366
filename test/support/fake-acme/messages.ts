import type { IncomingHttpHeaders } from 'node:http';
import type { ResourceKind } from './resources.ts';

/** A request after its body has been read. */
export interface FakeRequest {
  readonly method: string;
  /** Absolute, as the signed `url` must be. */
  readonly url: string;
  readonly kind: ResourceKind;
  /** The part of the path after the resource's name. */
  readonly id: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** An answer before it goes on the wire. */
export interface FakeResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[]>>;
  /** Objects are sent as JSON, text as it is. */
  readonly body?: object | string;
}

/** An answer with a JSON object. */
export function json(status: number, body: object, headers: FakeResponse['headers'] = {}): FakeResponse {
  return { status, headers: { 'Content-Type': 'application/json', ...headers }, body };
}

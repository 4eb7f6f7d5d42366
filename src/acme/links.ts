import type { HttpResponse } from '../core/ports.ts';

const linkPattern = /<([^>]*)>((?:"[^"]*"|[^",])*)/g;

/** Targets of the Link headers with a relation (RFC 8288), resolved against the address of the resource. */
export function readLinks(headers: HttpResponse['headers'], relation: string, base: string): readonly string[] {
  const header = headers.link;
  if (header === undefined) return [];
  const text = typeof header === 'string' ? header : header.join(', ');
  return [...text.matchAll(linkPattern)]
    .filter(([, , parameters]) => hasRelation(parameters ?? '', relation))
    .map(([, target]) => target ?? '')
    .filter((target) => URL.canParse(target, base))
    .map((target) => new URL(target, base).href);
}

function hasRelation(parameters: string, relation: string): boolean {
  const match = /;\s*rel\s*=\s*(?:"([^"]*)"|([^\s;]+))/i.exec(parameters);
  const relations = (match?.[1] ?? match?.[2] ?? '').toLowerCase().split(/\s+/);
  return relations.includes(relation);
}

import type { Fault } from './fault-rules.ts';
import { mutate } from './faults.ts';
import type { Problem } from './problem.ts';

/** Shows an order or authorization in another state than it is in, without changing it. */
export function shownAs(status: string, error?: Problem): Fault {
  return mutate((body) => ({ ...body, status, ...(error === undefined ? {} : { error }) }));
}

/** An authorization that offers a challenge of an unknown type, alone or before the others. */
export function unknownChallenge(only = false): Fault {
  return mutate((body) => {
    const strange = { type: 'telepathy-01', status: 'pending', url: 'https://ca.example/chall/1', thought: 42 };
    return { ...body, challenges: [strange, ...(only || !Array.isArray(body.challenges) ? [] : body.challenges)] };
  });
}

/** An order that names other identifiers than were asked for. */
export function otherIdentifiers(...names: readonly string[]): Fault {
  return mutate((body) => ({ ...body, identifiers: names.map((value) => ({ type: 'dns', value })) }));
}

/** A directory, order or other object without a member. */
export function withoutMember(name: string): Fault {
  return mutate((body) => Object.fromEntries(Object.entries(body).filter(([member]) => member !== name)));
}

/** An object with other or more members. */
export function withMembers(members: object): Fault {
  return mutate((body) => ({ ...body, ...members }));
}

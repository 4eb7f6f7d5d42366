import { randomBytes, randomUUID } from 'node:crypto';
import type { TestContext } from 'node:test';
import type { Clock } from '../../../src/core/ports.ts';
import {
  type ApiDouble,
  type ApiReply,
  type DoubleOptions,
  json,
  type SeenRequest,
  startApiDouble,
} from './api-double.ts';

/** The two rows of an account, each with the second in which it was set. */
interface Row {
  value: string;
  second: number;
}

interface Account {
  readonly username: string;
  readonly password: string;
  readonly subdomain: string;
  readonly rows: readonly [Row, Row];
}

/** An acme-dns server. */
export interface AcmeDnsDouble extends ApiDouble {
  readonly accounts: Account[];
  /** False: the server has `disable_registration`. */
  takesRegistrations: boolean;
  /** TXT values of a full domain. */
  valuesAt(fullDomain: string): string[];
}

/** Below which the names of accounts lie. */
export const acmeDnsDomain = 'auth.example.org';

export async function startAcmeDns(
  t: Pick<TestContext, 'after'>,
  clock: Clock,
  options: DoubleOptions = {},
): Promise<AcmeDnsDouble> {
  const accounts: Account[] = [];
  const state = {
    accounts,
    takesRegistrations: true,
    valuesAt: (fullDomain: string) =>
      accounts
        .filter(({ subdomain }) => `${subdomain}.${acmeDnsDomain}` === fullDomain)
        .flatMap(({ rows }) => rows.map(({ value }) => value))
        .filter((value) => value !== ''),
  };
  const answer = (request: SeenRequest): ApiReply => {
    const isRegistration = request.path === '/register' && state.takesRegistrations;
    if (request.method === 'POST' && isRegistration) return register(request, accounts);
    if (request.method === 'POST' && request.path === '/update') return update(request, accounts, clock);
    return { status: 404, body: '404 page not found\n' };
  };
  const served = await startApiDouble(t, answer, options);
  return Object.assign(state, served);
}

function register({ body }: SeenRequest, accounts: Account[]): ApiReply {
  if (body !== '') JSON.parse(body);
  const account: Account = {
    username: randomUUID(),
    password: randomBytes(30).toString('base64url'),
    subdomain: randomUUID(),
    rows: [
      { value: '', second: 0 },
      { value: '', second: 0 },
    ],
  };
  accounts.push(account);
  const { username, password, subdomain } = account;
  return json(201, { username, password, fulldomain: `${subdomain}.${acmeDnsDomain}`, subdomain, allowfrom: [] });
}

/** The row with the older second is replaced; of two with the same second the first, as SQLite happens to do. */
function update({ headers, body }: SeenRequest, accounts: readonly Account[], clock: Clock): ApiReply {
  const { subdomain, txt } = JSON.parse(body) as { subdomain: string; txt: string };
  const account = accounts.find(
    (one) =>
      one.username === headers['x-api-user'] && one.password === headers['x-api-key'] && one.subdomain === subdomain,
  );
  if (account === undefined) return json(401, { error: 'forbidden' });
  if (!/^[A-Za-z0-9_-]{43}$/.test(txt)) return json(400, { error: 'bad_txt' });
  const [first, second] = account.rows;
  const oldest = second.second < first.second ? second : first;
  oldest.value = txt;
  oldest.second = Math.floor(clock.now().getTime() / 1000);
  return json(200, { txt });
}

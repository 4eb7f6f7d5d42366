import type { Clock } from '../../../core/ports.ts';
import type { DnsApi } from '../dns-api.ts';
import { bodyText, readJson, requireText } from '../dns-api-reply.ts';
import { remember } from '../remember.ts';
import type { AwsEndpoints } from './endpoints.ts';
import { type AwsCredentials, signedHeaders } from './signing.ts';
import { readXml } from './xml.ts';

/** Temporary credentials are replaced when less than this is left of them. */
const leastValidityMs = 5 * 60_000;
const metadataTokenSeconds = '300';
const rolesPath = '/latest/meta-data/iam/security-credentials/';

/** How credentials are come by: an access key, or the role of the EC2 instance; with either, a role may be assumed. */
export interface CredentialChoice {
  readonly iamRole: string | undefined;
  readonly arnRole: string | undefined;
  readonly accessKeyId: string | undefined;
  readonly secretAccessKey: string | undefined;
}

/** Services that give credentials. */
export interface CredentialServices {
  readonly endpoints: AwsEndpoints;
  readonly sts: DnsApi;
  readonly metadata: DnsApi;
  readonly clock: Clock;
}

/** Gets credentials and keeps them while they are valid. */
export class CredentialSource {
  readonly #choice: CredentialChoice;
  readonly #services: CredentialServices;
  readonly #known = new Map<string, Promise<AwsCredentials>>();

  constructor(choice: CredentialChoice, services: CredentialServices) {
    this.#choice = choice;
    this.#services = services;
    if (choice.secretAccessKey !== undefined) services.sts.hide(choice.secretAccessKey);
  }

  /** @throws WacsError ValidationSetupError. */
  async get(): Promise<AwsCredentials> {
    const found = await remember(this.#known, 'current', () => this.#load());
    const left =
      found.expiresAt === undefined ? Infinity : found.expiresAt.getTime() - this.#services.clock.now().getTime();
    if (left > leastValidityMs) return found;
    this.#known.clear();
    return remember(this.#known, 'current', () => this.#load());
  }

  async #load(): Promise<AwsCredentials> {
    const { arnRole, accessKeyId, secretAccessKey } = this.#choice;
    const fixed = accessKeyId !== undefined && secretAccessKey !== undefined;
    const own = fixed ? { accessKeyId, secretAccessKey } : await this.#ofInstance();
    return arnRole === undefined ? own : this.#assume(arnRole, own);
  }

  /** By the second version of the metadata service, which wants a token (EC2 user guide, "Use IMDSv2"). */
  async #ofInstance(): Promise<AwsCredentials> {
    const { metadata, endpoints } = this.#services;
    const action = 'get the credentials of the role of this EC2 instance';
    const token = await metadata.call(
      {
        action,
        local: true,
        method: 'PUT',
        url: `${endpoints.metadata}/latest/api/token`,
        headers: () => ({ 'x-aws-ec2-metadata-token-ttl-seconds': metadataTokenSeconds }),
      },
      bodyText,
    );
    metadata.hide(token);
    const read = <Result>(path: string, reader: Parameters<typeof metadata.call<Result>>[1]): Promise<Result> => {
      const headers = () => ({ 'x-aws-ec2-metadata-token': token });
      return metadata.call({ action, local: true, method: 'GET', url: endpoints.metadata + path, headers }, reader);
    };
    const roles = (await read(rolesPath, bodyText)).split('\n').map((line) => line.trim());
    return read(rolesPath + encodeURIComponent(this.#chooseRole(action, roles)), (response) =>
      this.#temporary(readJson(response), { id: 'AccessKeyId', secret: 'SecretAccessKey', token: 'Token' }),
    );
  }

  #chooseRole(action: string, roles: readonly string[]): string {
    const { iamRole = roles[0] ?? '' } = this.#choice;
    if (roles.includes(iamRole)) return iamRole;
    throw this.#services.metadata.failure(
      action,
      `the instance has the role ${roles.join(', ')}, not "${iamRole}"`,
      'Correct --route53iamrole, or leave it out to use the role the instance has.',
    );
  }

  async #assume(roleArn: string, own: AwsCredentials): Promise<AwsCredentials> {
    const { sts, endpoints, clock } = this.#services;
    const body = new URLSearchParams({
      Action: 'AssumeRole',
      Version: '2011-06-15',
      RoleArn: roleArn,
      RoleSessionName: 'wacs',
    }).toString();
    const request = {
      method: 'POST',
      url: `${endpoints.sts}/`,
      contentType: 'application/x-www-form-urlencoded',
      body,
    } as const;
    const scope = { service: 'sts', region: endpoints.stsRegion, clock } as const;
    return sts.call(
      {
        action: `assume the role ${roleArn}`,
        method: request.method,
        url: request.url,
        body,
        headers: () => signedHeaders(request, own, scope),
      },
      (response) => {
        const reply = readXml(response);
        const path = ['AssumeRoleResponse', 'AssumeRoleResult', 'Credentials'];
        const found = { id: 'AccessKeyId', secret: 'SecretAccessKey', token: 'SessionToken' };
        return this.#temporary(reply, found, path);
      },
    );
  }

  #temporary(
    reply: unknown,
    names: { readonly id: string; readonly secret: string; readonly token: string },
    path: readonly string[] = [],
  ): AwsCredentials {
    const credentials = {
      accessKeyId: requireText(reply, ...path, names.id),
      secretAccessKey: requireText(reply, ...path, names.secret),
      sessionToken: requireText(reply, ...path, names.token),
      expiresAt: new Date(requireText(reply, ...path, 'Expiration')),
    };
    this.#services.sts.hide(credentials.secretAccessKey);
    this.#services.sts.hide(credentials.sessionToken);
    return credentials;
  }
}

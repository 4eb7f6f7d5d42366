import { WacsError } from '../../../core/errors.ts';
import type { OptionDefinition } from '../../../core/option.ts';
import type { ValidationDescriptor } from '../../../core/plugin.ts';
import type { PluginOptions } from '../../../core/renewal.ts';
import { optionalText } from '../../../core/stored-options.ts';
import { createDnsValidation } from '../dns-validation.ts';
import { lazyDnsProvider } from '../lazy-dns-provider.ts';
import { type AwsEndpoints, publicEndpoints } from './endpoints.ts';

const defaultRegion = 'us-east-1';
/** Names of roles (IAM user guide, "IAM and AWS STS quotas"). */
const rolePattern = /^[A-Za-z0-9+=,.@_-]{1,64}$/;
const arnPattern = /^arn:aws[a-z-]*:iam::\d{12}:role\/\S+$/;
const regionPattern = /^[a-z]{2}(?:-[a-z]+)+-\d+$/;

const options: readonly OptionDefinition[] = [
  {
    name: 'route53iamrole',
    type: 'text',
    group: 'validation',
    valueName: 'NAME',
    description: 'Name of the IAM role of this EC2 instance, used without an access key (default: the role it has)',
  },
  {
    name: 'route53arnrole',
    type: 'text',
    group: 'validation',
    valueName: 'ARN',
    description: 'Role to assume with the access key or the role of the instance',
  },
  {
    name: 'route53accesskeyid',
    type: 'text',
    group: 'validation',
    valueName: 'ID',
    needs: ['route53secretaccesskey'],
    description: 'Access key ID of an IAM user',
  },
  {
    name: 'route53secretaccesskey',
    type: 'text',
    group: 'validation',
    valueName: 'KEY',
    secret: true,
    needs: ['route53accesskeyid'],
    description: 'Secret access key that belongs to it',
  },
  {
    name: 'route53region',
    type: 'text',
    group: 'validation',
    valueName: 'REGION',
    default: defaultRegion,
    description: 'Region for assuming a role; one in China or GovCloud also chooses the Route 53 there',
  },
];

/** Validation `route53`: dns-01 by TXT records in a public hosted zone at Amazon Route 53. */
export const route53Validation = createRoute53Validation(publicEndpoints);

/** The plugin for services at other addresses. */
export function createRoute53Validation(endpointsOf: (region: string) => AwsEndpoints): ValidationDescriptor {
  return {
    name: 'route53',
    challengeTypes: ['dns-01'],
    description: 'dns-01 by Amazon Route 53',
    options,
    secretFields: ['secretAccessKey'],
    fromArguments(values, protect) {
      const iamRole = matching('route53iamrole', values.text('route53iamrole'), rolePattern, 'a name, not an ARN');
      const arnRole = matching('route53arnrole', values.text('route53arnrole'), arnPattern, 'the ARN of a role');
      const region = matching('route53region', values.text('route53region'), regionPattern, 'a region');
      const accessKeyId = values.text('route53accesskeyid');
      const secret = values.text('route53secretaccesskey');
      return {
        plugin: 'route53',
        region,
        ...(iamRole === undefined ? {} : { iamRole }),
        ...(arnRole === undefined ? {} : { arnRole }),
        ...(accessKeyId === undefined ? {} : { accessKeyId }),
        ...(secret === undefined ? {} : { secretAccessKey: protect(secret) }),
      };
    },
    create(stored, services) {
      const { secretAccessKey, region, ...access } = readStored(stored);
      const provider = lazyDnsProvider(async () => {
        const { Route53Provider } = await import('./provider.ts');
        const secret = secretAccessKey === undefined ? undefined : await services.revealSecret(secretAccessKey);
        return new Route53Provider({ ...access, secretAccessKey: secret, endpoints: endpointsOf(region), services });
      });
      return createDnsValidation(provider, services);
    },
  };
}

function readStored(stored: PluginOptions) {
  return {
    region: optionalText(stored, 'region') ?? defaultRegion,
    iamRole: optionalText(stored, 'iamRole'),
    arnRole: optionalText(stored, 'arnRole'),
    accessKeyId: optionalText(stored, 'accessKeyId'),
    secretAccessKey: optionalText(stored, 'secretAccessKey'),
  };
}

function matching(option: string, value: string | undefined, pattern: RegExp, expected: string): string | undefined {
  if (value === undefined || pattern.test(value)) return value;
  throw new WacsError('UsageError', `--${option} "${value}" is not ${expected}`, { hint: `Give ${expected}.` });
}

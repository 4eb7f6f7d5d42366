/** Where the services of one partition of AWS answer. */
export interface AwsEndpoints {
  readonly route53: string;
  /** Region that requests to Route 53 are signed for: the service is global, its signatures are not. */
  readonly route53Region: string;
  readonly sts: string;
  readonly stsRegion: string;
  /** Instance metadata of EC2. */
  readonly metadata: string;
}

const metadata = 'http://169.254.169.254';

/** The public services for a region (AWS General Reference, "Amazon Route 53 endpoints and quotas"). */
export function publicEndpoints(region: string): AwsEndpoints {
  const domain = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  return { ...route53Of(region), sts: `https://sts.${region}.${domain}`, stsRegion: region, metadata };
}

function route53Of(region: string): Pick<AwsEndpoints, 'route53' | 'route53Region'> {
  if (region.startsWith('cn-')) return { route53: 'https://route53.amazonaws.com.cn', route53Region: 'cn-northwest-1' };
  if (region.startsWith('us-gov-')) {
    return { route53: 'https://route53.us-gov.amazonaws.com', route53Region: 'us-gov-west-1' };
  }
  return { route53: 'https://route53.amazonaws.com', route53Region: 'us-east-1' };
}

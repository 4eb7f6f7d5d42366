/** Plugins of win-acme and simple-acme by family; only those that are not in the table are ever looked up. */
const plugins: Readonly<Record<string, readonly string[]>> = {
  source: ['iis', 'iisbinding', 'iisbindings', 'iissite', 'iissites'],
  validation:
    'ftp sftp webdav rest aliyun arsys bunny czechia digitalocean dnsexit dnsmadeeasy domeneshop dreamhost gcpdns godaddy hetzner huaweicloud infomaniak ipprojects level27 linode luadns ns1 simply tencent transip webnames'.split(
      ' ',
    ),
  store: ['keyvault'],
  installation: ['iis', 'iisftp'],
};

const iisSource = '--source iis';
const iisInstallation = '--installation iis';
const dnsServices = '--validation digitalocean, hetzner or another DNS service';

/** Arguments of win-acme and simple-acme, each with what it belongs to there. */
const owners: Readonly<Record<string, string>> = {
  ...owned(iisSource, 'siteid host-pattern host-regex host-type excludebindings'),
  ...owned(iisInstallation, 'installationsiteid ftpsiteid sslport sslipaddress'),
  ...owned('--source csr', 'csrscript'),
  ...owned('--validation filesystem', 'validationsiteid root'),
  ...owned('--validation ftp, sftp or webdav', 'username password'),
  ...owned('--validation rest', 'rest-securitytoken rest-usehttps'),
  ...owned(
    dnsServices,
    'apikey apisecret apitoken clientid clientsecret digitaloceanapitoken hetznerapitoken hetznerzoneid serviceaccountkey projectid aliyunserver aliyunapiid aliyunapisecret luadnsusername luadnsapikey tencentapiid tencentapikey transip-login transip-privatekey transip-privatekeyfile dnsapikey',
  ),
  ...owned('--store keyvault', 'vaultname certificatename'),
  ...owned('renewals of version 1.9', 'import importbaseuri'),
  ...owned('--globalvalidation', 'globalvalidation globalvalidationpriority globalvalidationpattern'),
};

const instead: Readonly<Record<string, string>> = {
  [iisSource]: 'name the hosts by --source manual --host',
  [iisInstallation]: 'bind the certificate by --installation script, or let IIS find it by --store centralssl',
  '--source csr': 'give --csrfile',
  '--validation filesystem': 'name the folder of the site by --webroot',
  '--globalvalidation': 'give --validation with each --source',
  'renewals of version 1.9': 'create them anew by --source',
  validation: '--validation script runs a script of yours, --validation acme-dns needs one CNAME',
  store: '--installation script can hand the certificate on',
};

/** What to do in place of a plugin of win-acme that is not there; undefined when win-acme has none of that name. */
export function missingPluginHint(family: string, name: string): string | undefined {
  if (!(plugins[family] ?? []).includes(name)) return undefined;
  const argument = `--${family} ${name}`;
  const advice = instead[argument] ?? instead[name.startsWith('iis') ? `--${family} iis` : family];
  return `win-acme has ${argument}, wacs has not${advice === undefined ? '' : `: ${advice}`}`;
}

/** What to do in place of an argument of win-acme that is not there; undefined when win-acme has none of that name. */
export function missingArgumentHint(name: string): string | undefined {
  const owner = Object.hasOwn(owners, name.toLowerCase()) ? owners[name.toLowerCase()] : undefined;
  if (owner === undefined) return undefined;
  const advice = instead[owner] ?? instead[owner.slice(2).split(' ')[0] ?? ''];
  return `win-acme takes it with ${owner}, wacs does not${advice === undefined ? '' : `: ${advice}`}`;
}

/** The hint for whatever `--help` is asked about: the name of a plugin or of an argument. */
export function missingTopicHint(topic: string): string | undefined {
  const families = Object.keys(plugins);
  const hints = families.flatMap((family) => missingPluginHint(family, topic) ?? []);
  return hints[0] ?? missingArgumentHint(topic);
}

function owned(owner: string, names: string): Record<string, string> {
  return Object.fromEntries(names.split(' ').map((name) => [name, owner]));
}

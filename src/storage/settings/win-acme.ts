/** win-acme's older names of settings, in lower case, and where their values go. */
export const oldSpellings: ReadonlyMap<string, string> = new Map([
  ['target.defaulttarget', 'Source.DefaultSource'],
  ['store.defaultpemfilespath', 'Store.PemFiles.DefaultPath'],
  ['store.defaultcentralsslstore', 'Store.CentralSsl.DefaultPath'],
  ['store.defaultcentralsslpfxpassword', 'Store.CentralSsl.DefaultPassword'],
  ['store.defaultcertificatestore', 'Store.CertificateStore.DefaultStore'],
  ['security.rsakeybits', 'Csr.Rsa.KeyBits'],
  ['security.eccurve', 'Csr.Ec.CurveName'],
  ['security.privatekeyexportable', 'Store.CertificateStore.PrivateKeyExportable'],
]);

/** What win-acme's settings may hold beside the settings of wacs: known, and without effect. */
const silent = [
  ...['Client.ClientName', 'Client.PluginPath', 'Client.VersionCheck'],
  ...['UI.DateFormat', 'UI.PageSize', 'UI.TextEncoding', 'UI.Color.Background'],
  ...['Acme.DefaultBaseUriImport', 'Acme.PostAsGet', 'Acme.RetryCount', 'Acme.RetryInterval'],
  ...['Acme.MaxDomains', 'Acme.PublicSuffixListUri'],
  ...['Cache.ReuseDays', 'Cache.DeleteStaleFiles', 'Cache.DeleteStaleFilesDays'],
  ...['Notification.SmtpPort', 'Notification.SmtpUser', 'Notification.SmtpPassword', 'Notification.SmtpSecure'],
  ...['Notification.SmtpSecureMode', 'Notification.SenderName', 'Notification.SenderAddress'],
  ...['Notification.ReceiverAddresses', 'Notification.EmailOnSuccess', 'Notification.ComputerName'],
  ...['SmtpPort', 'SmtpUser', 'SmtpPassword', 'SmtpSecure', 'SmtpSecureMode', 'SmtpLocalDomain', 'SenderName'].map(
    (name) => `Notification.Email.${name}`,
  ),
  ...['SenderAddress', 'ReceiverAddresses', 'NotifyOnSuccess'].map((name) => `Notification.Email.${name}`),
  ...['Notification.Script.Parameters', 'Notification.Script.NotifyOnSuccess'],
  ...['Security.AllowDangerousCertificateReparse', 'Script.PowershellExecutablePath'],
  ...['Source.DefaultSource', 'Order.DefaultValidDays', 'Validation.DisableMultiThreading'],
  ...['Validation.Ftp.UseGnuTls'],
  ...['Csr.Rsa.SignatureAlgorithm', 'Csr.Ec.SignatureAlgorithm'],
  ...['Store.PemFiles.KeyFormat', 'Installation.IIS.BindingFlags'],
];

/**
 * Left empty in the file win-acme comes with: a value is somebody's wish, and that it has no effect must not go
 * unnoticed.
 */
const wished: Readonly<Record<string, string>> = {
  'Client.ConfigurationPath': 'give --configpath DIR instead',
  'Client.LogPath': 'the log lies in the folder "log" of the state folder',
  'Acme.ValidateServerCertificate': 'give the root of the CA by --cafile PEM instead',
  'Cache.Path': 'the cache lies in the state folder; give --configpath DIR to move it',
  'Execution.DefaultPreExecutionScript': 'wacs has no script that runs before a renewal',
  'Execution.DefaultPostExecutionScript': 'use --installation script for the renewal instead',
  'Notification.SmtpServer': 'wacs sends no mail; see --check and the event log',
  'Notification.Email.SmtpServer': 'wacs sends no mail; see --check and the event log',
  'Notification.Script.Path': 'wacs sends no notifications; see --check and the event log',
};

/** Values that say nothing else than what wacs does anyway. */
const usual: ReadonlyMap<string, unknown> = new Map([['Acme.ValidateServerCertificate', true]]);

/** A name that win-acme knows and wacs has no use for. */
export interface UnusedSetting {
  readonly name: string;
  /** What to do instead; absent where nobody would miss it. */
  readonly instead?: string;
  /** A value that nobody needs to be told about. */
  readonly usual?: unknown;
}

/** The unused names by lower case. A setting of wacs with the same name takes precedence. */
export const unusedSettings: ReadonlyMap<string, UnusedSetting> = new Map<string, UnusedSetting>([
  ...silent.map((name): [string, UnusedSetting] => [name.toLowerCase(), { name }]),
  ...Object.entries(wished).map(([name, instead]): [string, UnusedSetting] => [
    name.toLowerCase(),
    { name, instead, usual: usual.get(name) },
  ]),
]);

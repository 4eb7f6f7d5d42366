/** Name of the file by which a folder of a web site tells IIS how to serve it. */
export const webConfigName = 'web.config';

/**
 * Makes IIS serve challenges as they are: files without extension, to everybody, without a redirect of the site. Only
 * elements of sections that IIS leaves open to web sites as installed, because a locked one makes it serve nothing at all
 * (MS docs: system.webServer/staticContent, system.webServer/httpRedirect, system.web/authorization).
 */
export const webConfig = `<?xml version="1.0" encoding="utf-8"?>
<!-- Made by wacs for the time of a validation, and removed by it afterwards. -->
<configuration>
  <system.webServer>
    <httpRedirect enabled="false" />
    <staticContent>
      <clear />
      <mimeMap fileExtension="." mimeType="text/plain" />
    </staticContent>
  </system.webServer>
  <system.web>
    <authorization>
      <allow users="*" />
    </authorization>
  </system.web>
</configuration>
`;

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { debianMirrors, parseDeb822, parseOneLine } from '../support/pebble/apt-sources.ts';

test('finds the archive in one-line sources, whatever stands around it', () => {
  const sources = parseOneLine(`
# deb http://commented.example/debian bookworm main
deb-src http://source.example/debian bookworm main
deb [arch=amd64 signed-by=/k.gpg] https://tools.example/apt bookworm main
deb http://security.example/debian-security bookworm-security main
deb [arch=amd64]  http://mirror.example/debian/ bookworm main contrib # ours
deb https://other.example/linux bookworm stable
`);
  assert.deepEqual(debianMirrors(sources), ['http://mirror.example/debian/', 'https://tools.example/apt']);
});

test('finds the archive in deb822 sources', () => {
  const sources = parseDeb822(`Types: deb deb-src
# a comment within
URIs: mirror+file:/etc/apt/mirrors/debian.list
Suites: bookworm
 bookworm-updates
Components: main
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 Types: x

Enabled: no
Types: deb
URIs: http://disabled.example/debian
Suites: bookworm
Components: main

Types: deb
URIs: http://mirror.example/debian-security
Suites: bookworm-security
Components: main
`);
  assert.deepEqual(debianMirrors(sources), ['mirror+file:/etc/apt/mirrors/debian.list']);
});

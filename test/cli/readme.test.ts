import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { markdownCell } from '../../src/cli/exit-code-text.ts';
import { renderReadme, type SettingRow } from '../../src/cli/readme.ts';
import { assertGolden } from '../support/golden.ts';
import { table } from './support.ts';

const template = `# x

<!-- generated:exitcodes -->
old
<!-- /generated -->
between
<!-- generated:settings -->
<!-- /generated -->
settings
<!-- generated:arguments -->
<!-- /generated -->
after
`;

const settings: readonly SettingRow[] = [
  { name: 'A.B', fallback: '30', meaning: 'seconds | of it (1 to 600)', scope: 'authority' },
  { name: 'A.C', fallback: 'none', meaning: 'what', scope: 'renewal' },
  { name: 'A.D', fallback: 'as on Windows', meaning: 'where', scope: 'all' },
];
const sources = { table, settings };

describe('renderReadme', () => {
  it('fills the blocks and leaves the rest alone', () => {
    const text = renderReadme(template, sources);
    assert.match(text, /^# x\n\n<!-- generated:exitcodes -->\n\| code \| name \| when \|\n/);
    assert.match(text, /\n<!-- \/generated -->\nbetween\n<!-- generated:settings -->\n\| key \| default \|/);
    assert.match(text, /\nsettings\n<!-- generated:arguments -->\n### /);
    assert.match(text, /\n<!-- \/generated -->\nafter\n$/);
    assert.doesNotMatch(text, /^old$/m);
    assertGolden('readme.md', text);
  });

  it('changes nothing the second time', () => {
    const once = renderReadme(template, sources);
    assert.equal(renderReadme(once, sources), once);
  });

  for (const broken of [
    template.replace('generated:arguments', 'generated:other'),
    template.replace('generated:settings', 'generated:other'),
    template.replace('generated:exitcodes', ''),
    template.replace('<!-- /generated -->\nbetween', 'between'),
    template.replace('<!-- /generated -->\nafter', 'after'),
  ]) {
    it(`throws when a block is missing: ${JSON.stringify(broken)}`, () => {
      assert.throws(() => renderReadme(broken, sources), /the text has no block from <!-- generated:/);
    });
  }

  it('keeps a bar, a star and an angle bracket out of the Markdown', () => {
    assert.equal(markdownCell('a|b *c* <d>\ne'), 'a\\|b \\*c\\* &lt;d> e');
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { renderExitCodesMarkdown } from '../../src/cli/exit-code-text.ts';
import { helpTopics, renderFamily, renderHelp } from '../../src/cli/help.ts';
import { optionSections } from '../../src/cli/option-text.ts';
import { parseArguments } from '../../src/cli/parse.ts';
import { exitCodes } from '../../src/exit-codes.ts';
import { assertGolden } from '../support/golden.ts';
import { refusal, table } from './support.ts';

describe('renderHelp', () => {
  it('matches its golden overview', () => assertGolden('help.txt', renderHelp(table, undefined)));

  for (const topic of helpTopics()) {
    it(`matches its golden topic ${topic}`, () => assertGolden(`help-${topic}.txt`, renderHelp(table, topic)));
  }

  for (const topic of [undefined, ...helpTopics()]) {
    it(`is ASCII within 80 columns: ${topic ?? 'overview'}`, () => {
      const text = renderHelp(table, topic);
      assert.match(text, /^[\x20-\x7e\n]+$/);
      assert.deepEqual(
        text.split('\n').filter((line) => line.length > 80 || line.endsWith(' ')),
        [],
      );
    });
  }

  it('has all options under all, obsolete ones aside', () => {
    const text = renderHelp(table, 'all');
    for (const { option } of table.entries) {
      assert.equal(new RegExp(`^  --${option.name}( |$)`, 'm').test(text), option.obsolete !== true, option.name);
    }
  });

  it('has all exit codes', () => {
    const text = renderHelp(table, 'EXITCODES');
    for (const [name, { code }] of Object.entries(exitCodes))
      assert.match(text, new RegExp(`^ +${code} +${name}:`, 'm'));
  });

  it('shows a single option, with each of its plugins', () => {
    assert.match(renderHelp(table, 'pfxpassword'), /--store pfxfile: .*--pfxpassword PASSWORD.*--store centralssl: /s);
    assert.match(renderHelp(table, '--reason'), /--reason REASON .*only with --revoke/s);
    assert.match(renderHelp(table, 'hidehttps'), /no effect/);
  });

  it('shows a plugin by its name, in each of its families', () => {
    assert.match(renderHelp(table, 'filesystem'), /^--validation filesystem: .*--webroot DIR/s);
    assert.match(renderHelp(table, 'RSA'), /^--csr rsa: .*--reuse-privatekey/s);
  });

  it('leaves the options of a large family to the topics of its plugins', () => {
    const own = optionSections(table).find(({ group, plugin }) => group === 'validation' && plugin === undefined);
    const sample = optionSections(table).find(({ group, plugin }) => group === 'validation' && plugin !== undefined);
    assert.ok(own !== undefined && sample?.plugin !== undefined);
    const plugins = Array.from({ length: 9 }, (_, index) => ({
      ...sample,
      plugin: { name: `p${index}`, description: `plugin ${index}` },
    }));
    const text = renderFamily(table, [own, ...plugins], 80);
    assert.match(
      text,
      /--validation PLUGIN .*^Plugins$.*^ {2}p0 +plugin 0$.*^ {2}p8 +plugin 8$.*wacs --help PLUGIN$/ms,
    );
    assert.doesNotMatch(text, new RegExp(`--${sample.options[0]?.name}`));
  });

  it('leaves details to the topics in the overview', () => {
    const text = renderHelp(table, undefined);
    assert.match(text, /^ +--check +say in one line how the renewals are$/m);
    assert.match(text, /^ +--cancel +remove the selected renewals \(needs --id or$/m);
  });

  it('refuses what win-acme alone has, with what there is instead', () => {
    assert.match(
      refusal(() => renderHelp(table, 'iis')),
      /no help on "iis" \| win-acme has --source iis/,
    );
    assert.match(
      refusal(() => renderHelp(table, 'siteid')),
      /no help on "siteid" \| win-acme takes it with --source iis/,
    );
  });

  it('refuses unknown topics, with the nearest', () => {
    assert.match(
      refusal(() => renderHelp(table, 'exitcode')),
      /no help on "exitcode" \| did you mean --help exitcodes\?/,
    );
    assert.match(
      refusal(() => renderHelp(table, 'zzzzzzzz')),
      /topics: main, account, .*all/,
    );
  });

  it('gives examples that parse', () => {
    const text = renderHelp(table, 'examples').replace(/\n {5,}/g, ' ');
    const commands = [...text.matchAll(/^ {2}wacs (.+)$/gm)].map(([, line = '']) => line.replace(/ < \S+$/, ''));
    assert.ok(commands.length >= 7, text);
    for (const line of commands) {
      const argv = [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, inQuotes, bare]) => inQuotes ?? bare ?? '');
      assert.notEqual(parseArguments(argv, table, { slashPrefix: true }).command, 'none', line);
    }
  });
});

describe('renderExitCodesMarkdown', () => {
  it('matches its golden file', () => assertGolden('exit-codes.md', `${renderExitCodesMarkdown()}\n`));
});

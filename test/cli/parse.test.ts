import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parse, parseOnWindows, refusal } from './support.ts';

const create = ['--source', 'manual', '--host', 'a.example'];

describe('parseArguments: prefixes and names', () => {
  for (const written of ['--renew', '-renew', '--RENEW', '-Renew', '--renew=true', '--renew:TRUE']) {
    it(`reads ${written}`, () => assert.equal(parse(written).command, 'renew'));
  }

  for (const dash of ['\u2010', '\u2011', '\u2013', '\u2014', '\u2212', '\u2013\u2013', '\u2011-']) {
    const points = [...dash].map((char) => `U+${char.codePointAt(0)?.toString(16)}`).join(' ');
    it(`reads dashes of word processors as a prefix: ${points}`, () => {
      assert.equal(parse(`${dash}renew`).command, 'renew');
    });
  }

  it('reads such dashes inside names too', () => {
    const parsed = parse('--register', '--eab\u2011key\u2011identifier', 'k', '--eab\u2011key', 's');
    assert.deepEqual(parsed.given, ['register', 'eab-key-identifier', 'eab-key']);
  });

  it('reads / as a prefix on Windows only', () => {
    assert.equal(parseOnWindows('/renew').command, 'renew');
    assert.equal(parseOnWindows('/Renew', '/FORCE').values.flag('force'), true);
    assert.match(
      refusal(() => parse('/renew')),
      /unexpected word: "\/renew" \| did you mean --renew\?/,
    );
  });

  it('reads a word after a single dash as one name, never as a cluster of letters', () => {
    assert.deepEqual(parse('-list', '-json').given, ['list', 'json']);
    assert.match(
      refusal(() => parse('-abc')),
      /unknown argument: -abc/,
    );
  });

  it('knows the older name target, -h and /?', () => {
    assert.equal(parse('--target', 'manual', '--host', 'a').command, 'create');
    assert.deepEqual(parse('--target', 'manual', '--host', 'a').given, ['source', 'host']);
    assert.equal(parse('-h').command, 'help');
    assert.equal(parseOnWindows('/?').command, 'help');
  });

  it('accepts names kept for win-acme', () => {
    assert.equal(parse('--renew', '--closeonfinish', '--usedefaulttaskuser', '--hidehttps').command, 'renew');
  });

  it('reads names that begin with no as names, not as negations', () => {
    const parsed = parse(...create, '--notaskscheduler', '--nocache');
    assert.equal(parsed.values.flag('notaskscheduler'), true);
    assert.equal(parsed.values.flag('nocache'), true);
    assert.match(
      refusal(() => parse('--renew', '--no-force')),
      /unknown argument: --no-force/,
    );
  });
});

describe('parseArguments: values', () => {
  for (const form of [['--id', 'x'], ['--id=x'], ['--id:x'], ['-id', 'x'], ['-ID=x']]) {
    it(`reads ${form.join(' ')}`, () => assert.equal(parse('--renew', ...form).values.text('id'), 'x'));
  }

  for (const value of ['0012', '1e3', '0x10', 'true', 'a=b=c', 'a:b', 'a b', '"', 'line\nbreak', 'é😀', '*']) {
    it(`keeps text as it is: ${JSON.stringify(value)}`, () => {
      assert.equal(parse('--renew', '--id', value).values.text('id'), value);
      assert.equal(parse('--renew', `--id=${value}`).values.text('id'), value);
    });
  }

  for (const value of ['-Thumbprint {CertThumbprint}', '-x', '-5', '--', '-', '--two words', '-unknown=1']) {
    it(`takes what starts with a dash and is no option as a value: ${value}`, () => {
      const parsed = parse(...create, '--installation', 'script', '--script', 's', '--scriptparameters', value);
      assert.equal(parsed.values.text('scriptparameters'), value);
    });
  }

  for (const next of ['--force', '-force', '-id=x', '--looks-like-an-option', '--unknown=1', '\u2014force']) {
    it(`does not take an option as a value after a space, but after =: ${next}`, () => {
      assert.match(
        refusal(() => parse('--renew', '--id', next)),
        /--id needs a value \| .*--id=VALUE/,
      );
      assert.equal(parse('--renew', `--id=${next}`).values.text('id'), next);
    });
  }

  it('takes paths that start with / as values on both systems', () => {
    const argv = [...create, '--validation', 'filesystem', '--webroot', '/var/www'];
    assert.equal(parse(...argv).values.text('webroot'), '/var/www');
    assert.equal(parseOnWindows(...argv).values.text('webroot'), '/var/www');
    assert.equal(
      parse(...create, '--validation', 'filesystem', '--webroot', '/renew').values.text('webroot'),
      '/renew',
    );
  });

  it('on Windows takes / text as a value unless it is exactly an option', () => {
    const filesystem = ['/source', 'manual', '/host', 'a', '/validation', 'filesystem'];
    assert.equal(parseOnWindows(...filesystem, '/webroot', 'C:\\x').values.text('webroot'), 'C:\\x');
    assert.equal(parseOnWindows(...filesystem, '/webroot:C:\\x y').values.text('webroot'), 'C:\\x y');
    assert.equal(parseOnWindows(...filesystem, '/webroot', '/id:5').values.text('webroot'), '/id:5');
    assert.match(
      refusal(() => parseOnWindows(...filesystem, '/webroot', '/force')),
      /--webroot needs a value/,
    );
  });

  it('reads flags by presence, true and false', () => {
    for (const form of [['--force'], ['--force=true'], ['--force', 'TRUE']]) {
      assert.equal(parse('--renew', ...form).values.flag('force'), true);
    }
    for (const form of [['--force=false'], ['--force', 'false'], ['--force:False']]) {
      assert.equal(parse('--renew', ...form).values.flag('force'), false);
    }
    assert.equal(parse('--renew=false').command, 'none');
    assert.match(
      refusal(() => parse('--renew', '--force=maybe')),
      /--force takes no value such as "maybe"/,
    );
    assert.match(
      refusal(() => parse('--renew', '--force', 'maybe')),
      /unexpected word: "maybe"/,
    );
  });

  it('splits, trims, joins and deduplicates lists', () => {
    const parsed = parse('--source', 'manual', '--host', ' a, b ,,c,', '--host=d,a');
    assert.deepEqual(parsed.values.list('host'), ['a', 'b', 'c', 'd']);
  });

  it('reads integers in their range', () => {
    assert.equal(parse('--renew', '--waitforlock', '0').values.integer('waitforlock'), 0);
    for (const wrong of ['x', '1.5', '0x10', '1e3', '-1', '86401', '9'.repeat(30)]) {
      assert.match(
        refusal(() => parse('--renew', `--waitforlock=${wrong}`)),
        /--waitforlock .* from 0 to 86400/,
      );
    }
  });

  it('reads names of plugins and fixed values in any case', () => {
    const parsed = parse('--source', 'Manual', '--host', 'a', '--store', 'PfxFile,PEMFILES');
    assert.equal(parsed.values.text('source'), 'manual');
    assert.deepEqual(parsed.values.list('store'), ['pfxfile', 'pemfiles']);
    assert.equal(parse('--revoke', '--id', 'x', '--reason', 'keyCompromise').values.text('reason'), 'keycompromise');
  });

  it('gives defaults for what is absent', () => {
    const { values } = parse(...create);
    assert.equal(values.text('validation'), 'selfhosting');
    assert.equal(values.text('validationmode'), undefined);
    assert.deepEqual(values.list('store'), ['pemfiles']);
    assert.deepEqual(values.list('installation'), ['none']);
    assert.equal(values.integer('waitforlock'), 300);
    assert.equal(values.integer('validationport'), 80);
    assert.equal(values.text('baseuri'), 'https://acme-v02.api.letsencrypt.org/');
    assert.equal(values.text('webroot'), undefined);
    assert.deepEqual(values.list('emailaddress'), []);
    assert.equal(values.flag('force'), false);
  });

  it('leaves a default on which plugins differ to the plugin', () => {
    assert.equal(parse(...create).values.text('commonname'), undefined);
  });

  it('throws when the program asks for what is not in the table', () => {
    assert.throws(() => parse('--renew').values.text('constructor'), RangeError);
    assert.throws(() => parse('--renew').values.text('force'), RangeError);
  });
});

describe('parseArguments: commands', () => {
  for (const command of ['renew', 'list', 'register', 'setuptaskscheduler', 'removetaskscheduler', 'help', 'version']) {
    it(`reads --${command}`, () => assert.equal(parse(`--${command}`).command, command));
  }

  it('reads --cancel and --revoke with a selector', () => {
    assert.equal(parse('--cancel', '--id', 'x').command, 'cancel');
    assert.equal(parse('--revoke', '--friendlyname', 'x*').command, 'revoke');
  });

  it('has none without arguments, and without a command', () => {
    assert.equal(parse().command, 'none');
    assert.equal(parse('--verbose').command, 'none');
  });

  it('reads the topic of --help', () => {
    assert.equal(parse('--help').helpTopic, undefined);
    assert.equal(parse('--help', 'ExitCodes').helpTopic, 'exitcodes');
    assert.equal(parse('--help=store').helpTopic, 'store');
    assert.equal(parseOnWindows('/?', 'store').helpTopic, 'store');
    assert.equal(parse('--help', '--verbose').helpTopic, undefined);
  });

  it('reports what was given, in table spelling', () => {
    assert.deepEqual(parse('-Renew', '--JSON').given, ['renew', 'json']);
  });
});

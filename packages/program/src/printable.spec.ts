import { describe, expect, it } from '@jest/globals';
import { lamellaError } from './errors.js';
import { printable } from './printable.js';

describe('printable', () => {
  it.each([
    ['plain words, Ümläute, 漢字 and 🙂', 'plain words, Ümläute, 漢字 and 🙂'],
    ['a\nb\r\tc', 'a\\u000ab\\u000d\\u0009c'],
    ['\u001b[2Jgone\u009b1m', '\\u001b[2Jgone\\u009b1m'],
    ['\u202etxt.exe\u2028', '\\u202etxt.exe\\u2028'],
    ['', ''],
  ])('of %j is %j', (text, expected) => expect(printable(text)).toBe(expected));

  it('is what errors say: nothing in them begins a line of its own', () => {
    const name = 'x"\nFix: run this';
    const { message } = lamellaError('FILE_INVALID', {
      subject: `Dense "${name}"`,
      problem: `expected one, got "${name}"`,
      details: [`It is in ${name}.`],
      fix: `rename ${name}`,
    });
    expect(message.split('\n')).toHaveLength(3);
    expect(message).toContain('x"\\u000aFix: run this');
  });
});

import { expect, test } from 'vitest';
import { frameAt, offsetOfCharacter, placeAt } from './frame.ts';

test('places count characters, as editors and the server do', () => {
  const text = "select 1;\n\tselect '😀é', x;\n";
  const offset = text.indexOf('x');
  expect(placeAt(text, offset)).toEqual({ line: 2, column: 15 });
  expect(offsetOfCharacter(text, 25)).toBe(offset);
  expect(offsetOfCharacter(text, 1)).toBe(0);
});

test('the caret stands under the character, tabs kept', () => {
  expect(frameAt('a\nb\nc\n\td é!\nlast\nnot shown', 10)).toBe(
    ['  2 | b', '  3 | c', '> 4 | \td é!', '    | \t   ^', '  5 | last'].join('\n'),
  );
});

test('an offset at the very end is still a place', () => {
  expect(frameAt('select', 6)).toBe('> 1 | select\n    |       ^');
});

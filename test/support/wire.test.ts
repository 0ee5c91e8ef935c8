import { expect, test } from 'vitest';
import { Conversation } from './wire.ts';

const message = (type: string, body: Buffer | string = '') => {
  const content = Buffer.from(body);
  const length = Buffer.alloc(4);
  length.writeInt32BE(content.length + 4);
  return Buffer.concat([Buffer.from(type), length, content]);
};
const number = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
};
const sslRequest = message('', number(80877103));
const startup = message('', Buffer.concat([number(196608), Buffer.from('user\0me\0\0')]));
const sasl = message('R', Buffer.concat([number(10), Buffer.from('SCRAM-SHA-256\0\0')]));
const saslFinal = message('R', Buffer.concat([number(12), Buffer.from('v=x')]));
const ok = message('R', number(0));
const ready = message('Z', 'I');

/** What the client sends, and what the server answers to it. */
const script: readonly (readonly [Buffer, Buffer])[] = [
  [sslRequest, Buffer.from('N')],
  [startup, sasl],
  [message('p', 'client first'), Buffer.concat([saslFinal, ok, message('S', 'a\0b\0'), ready])],
  [
    message('Q', 'select 1\0'),
    Buffer.concat([message('T', 'x'), message('D', 'Z'), message('C', 'SELECT 1\0'), ready]),
  ],
  [message('Q', 'nonsense\0'), Buffer.concat([message('E', 'syntax'), ready])],
];

test('an answer is owed from the last byte of the question to the last byte of the answer, however both are cut', () => {
  for (let size = 1; size <= 40; size += 1) {
    const conversation = new Conversation();
    const parts = (bytes: Buffer) =>
      Array.from({ length: Math.ceil(bytes.length / size) }, (_, n) =>
        bytes.subarray(n * size, (n + 1) * size),
      );
    for (const [question, answer] of script) {
      for (const part of parts(question)) {
        expect(conversation.isOwed).toBe(false);
        conversation.sent(part);
      }
      for (const part of parts(answer)) {
        expect(conversation.isOwed).toBe(true);
        conversation.received(part);
      }
      expect(conversation.isOwed).toBe(false);
    }
    conversation.sent(message('X'));
    expect(conversation.isOwed).toBe(false);
  }
});

test('a refusal before the session is ready is the answer', () => {
  const conversation = new Conversation();
  conversation.sent(startup);
  conversation.received(message('E', 'no such database'));
  expect(conversation.isOwed).toBe(false);
});

/** How much of PostgreSQL's wire protocol a bridge must know: when a client waits for an answer, and when that answer is complete. */

/** Cuts a stream of bytes into messages: type byte (absent in a client's first message), length, body. */
class Frames {
  #rest: Buffer = Buffer.alloc(0);
  add(bytes: Uint8Array): void {
    this.#rest = Buffer.concat([this.#rest, bytes]);
  }
  /** @returns the next whole message, its type '' without a type byte. */
  next(typed: boolean): { type: string; body: Buffer } | undefined {
    const head = typed ? 1 : 0;
    if (this.#rest.length < head + 4) return undefined;
    const end = head + this.#rest.readInt32BE(head);
    if (this.#rest.length < end) return undefined;
    const message = {
      type: typed ? String.fromCharCode(this.#rest[0]!) : '',
      body: this.#rest.subarray(head + 4, end),
    };
    this.#rest = this.#rest.subarray(end);
    return message;
  }
  /** Takes one byte off: the answer to a request for encryption. */
  byte(): boolean {
    if (this.#rest.length === 0) return false;
    this.#rest = this.#rest.subarray(1);
    return true;
  }
}

/** Codes in the place of a protocol version: SSLRequest, GSSENCRequest. */
const encryptionRequests = new Set([80877103, 80877104]);
/** Kinds of AuthenticationRequest that want an answer: clear text, MD5, SASL, SASLContinue. */
const wantsAnswer = new Set([3, 5, 10, 11]);

/** Follows a conversation and tells, at every moment, whether the server still owes the client an answer. */
export class Conversation {
  #fromClient = new Frames();
  #fromServer = new Frames();
  #started = false;
  #ready = false;
  #owed: 'byte' | 'message' | 'ready' | undefined;
  /** ReadyForQuery messages that are still to come. */
  #queries = 0;

  /** The client has sent bytes. A query that does not fit libpq's buffer comes in parts, of which only the last is answered. */
  sent(bytes: Uint8Array): void {
    this.#fromClient.add(bytes);
    for (let message; (message = this.#fromClient.next(this.#started)) !== undefined;) {
      if (!this.#started) {
        const encryption = encryptionRequests.has(message.body.readInt32BE(0));
        this.#started = !encryption;
        this.#owed = encryption ? 'byte' : 'message';
      } else if (message.type === 'Q' || message.type === 'S') {
        this.#queries += 1;
        this.#owed = 'ready';
      } else if (message.type === 'p') this.#owed = 'message';
      else if (message.type === 'X') this.#owed = undefined;
    }
  }

  /** The server has sent bytes. */
  received(bytes: Uint8Array): void {
    this.#fromServer.add(bytes);
    if (this.#owed === 'byte') {
      if (this.#fromServer.byte()) this.#owed = undefined;
      return;
    }
    for (let message; (message = this.#fromServer.next(true)) !== undefined;) {
      if (message.type === 'Z') {
        if (this.#ready) this.#queries -= 1;
        this.#ready = true;
        if (this.#queries === 0) this.#owed = undefined;
      } else if (!this.#ready && (message.type === 'E' || asksClient(message))) this.#owed = undefined;
    }
  }

  get isOwed(): boolean {
    return this.#owed !== undefined;
  }
}

function asksClient({ type, body }: { type: string; body: Buffer }): boolean {
  return type === 'R' && wantsAnswer.has(body.readInt32BE(0));
}

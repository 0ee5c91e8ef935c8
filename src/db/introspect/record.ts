/** Rows as PostgreSQL prints composite values (its manual, 8.16.6): many of them gathered in one text, read when they are asked for. */

const [quote, comma, closing] = [0x22, 0x2c, 0x29];

/**
 * @param text records one after the other, with nothing between: `(1,"a b",)(2,c,"")`.
 * @returns the fields of each; null for an SQL NULL.
 */
export function parseRecords(text: string): (string | null)[][] {
  const records: (string | null)[][] = [];
  let at = 0;
  while (at < text.length) {
    const fields: (string | null)[] = [];
    records.push(fields);
    do {
      at += 1;
      const code = text.charCodeAt(at);
      if (code === comma || code === closing) {
        fields.push(null);
        continue;
      }
      let end = at;
      if (code !== quote) {
        for (let next = code; next !== comma && next !== closing; next = text.charCodeAt(end)) end += 1;
        fields.push(text.slice(at, end));
      } else {
        // A quotation mark within is written twice, and so is a backslash.
        do end = text.indexOf('"', end + 1) + 1;
        while (text.charCodeAt(end) === quote);
        fields.push(unescaped(text.slice(at + 1, end - 1)));
      }
      at = end;
    } while (text.charCodeAt(at) === comma);
    at += 1;
  }
  return records;
}

function unescaped(value: string): string {
  const plain = value.includes('"') ? value.replaceAll('""', '"') : value;
  return plain.includes('\\') ? plain.replaceAll('\\\\', '\\') : plain;
}

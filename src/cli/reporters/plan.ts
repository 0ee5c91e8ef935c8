/** A plan as text: SQL that psql runs as it is, and the report that machines read. */
import type { Statement } from '../../core/model/statement.ts';

/** Statements that run together: in one transaction, or each on its own. */
export interface Segment {
  readonly transaction: 'inside' | 'outside';
  readonly statements: readonly Statement[];
}

/** @param steps the statements of each step: a transaction never reaches from one into the next. */
export function segmentsOf(steps: readonly (readonly Statement[])[]): Segment[] {
  const segments: { transaction: Segment['transaction']; statements: Statement[] }[] = [];
  for (const statements of steps) {
    let open: (typeof segments)[number] | undefined;
    for (const statement of statements) {
      if (open?.transaction !== statement.transaction) {
        open = { transaction: statement.transaction, statements: [] };
        segments.push(open);
      }
      open.statements.push(statement);
    }
  }
  return segments;
}

/** @param head lines of comment that go before. @returns SQL for psql, with what each statement locks and what may hurt as comments. */
export function planSql(segments: readonly Segment[], head: readonly string[]): string {
  const parts = segments.map(({ transaction, statements }) => {
    const text = statements.map(statementSql).join('\n\n');
    return transaction === 'inside' ? `BEGIN;\n\n${text}\n\nCOMMIT;` : text;
  });
  return [head.map((line) => `-- ${line}`).join('\n'), ...parts].join('\n\n');
}

function statementSql({ sql, locks, hazards }: Statement): string {
  const notes = [
    ...locks.map(({ mode, relation }) => `lock ${mode} on ${relation}`),
    ...hazards
      // What a GRANT gives, it says itself.
      .filter(({ name }) => name !== 'access-change')
      .map(({ name, object, detail }) => `hazard ${name} ${object}: ${detail}`),
  ];
  // A closing comment would swallow the semicolon.
  const end = /--[^\n]*$/.test(sql) ? '\n;' : ';';
  return [...notes.map((note) => `-- ${note.replaceAll(/\s+/g, ' ')}`), `${sql}${end}`].join('\n');
}

/** The segments as the report has them. */
export function planJson(segments: readonly Segment[]) {
  return segments.map(({ transaction, statements }) => ({
    transaction,
    statements: statements.map(({ sql, locks, hazards }) => ({ sql, locks, hazards })),
  }));
}

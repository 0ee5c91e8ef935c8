/** What `migrate`, `rollback` and `status` share: the migrations on disk, the databases, the options of a run. */
import pkg from '../../package.json' with { type: 'json' };
import { domainsIn } from '../core/manifest/domain-of.ts';
import { clusterHistory, historyOf } from '../core/migration/history.ts';
import { domainOrder } from '../core/migration/order.ts';
import { isVersion } from '../core/migration/version.ts';
import { inputError } from '../core/model/problem.ts';
import type { RunOptions, Site } from '../db/migrate/apply.ts';
import type { Consent, Source } from '../db/migrate/migrate.ts';
import { consentTo } from './confirm.ts';
import type { Context } from './context.ts';
import { readProjectMigrations } from './migration-files.ts';
import { progressReporter } from './reporters/progress.ts';
import { clusterHome, type Project, type Target } from './target.ts';

/** Reads the project's migrations. @throws KnownError (2) with everything that is wrong with them. */
export async function readSource(project: Project): Promise<Source> {
  const { manifest } = project;
  const order = domainOrder(manifest);
  const managed = order.filter((name) => manifest.domains.get(name)?.isolation !== 'external');
  return { files: await readProjectMigrations(project, managed), domains: managed };
}

/** @returns the databases with the histories in them, those of the selected domains apart from the others. */
export function sitesOf(targets: readonly Target[], { manifest }: Project): Site[] {
  const home = clusterHome(manifest);
  return targets.map(({ database, address, domains, cluster }) => {
    const others = domainsIn(manifest, database).filter((domain) => !domains.includes(domain));
    return {
      database,
      address,
      histories: [...(cluster ? [clusterHistory] : []), ...domains.map(historyOf)],
      others: [...(database === home && !cluster ? [clusterHistory] : []), ...others.map(historyOf)],
    };
  });
}

/** @param allowed `--allow-destructive`. */
export function runOptions(context: Context, { files }: Source, allowed: boolean): RunOptions & Consent {
  return {
    signal: context.signal,
    progress: progressReporter(context, files),
    dbctlVersion: pkg.version,
    elapsed: () => performance.now(),
    consent: (losses) =>
      consentTo(
        context,
        losses.map(({ migration, object, detail }) => `${object}, by ${migration}: ${detail}`),
        allowed,
      ),
  };
}

/** @returns the option's version. @throws KnownError (2) when it is none. */
export function versionOption(value: unknown, alsoZero = false): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'string' && (isVersion(value) || (alsoZero && value === '0'))) return value;
  throw inputError({
    message: `--to ${JSON.stringify(value)} is no version`,
    help: 'Write the 17 digits that a migration’s file name begins with.',
  });
}

/** @returns a migration as JSON reports name it. */
export function named({ domain, database, version, name }: Named): Named {
  return { domain, database, version, name };
}
interface Named {
  readonly domain: string;
  readonly database: string;
  readonly version: string;
  readonly name: string;
}

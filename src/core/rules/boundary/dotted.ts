/** Dotted paths of the manifest: `users.tenant_id`, `tenants.tenants.id`, `"Users"."Id"`. */
import type { Domain } from '../../manifest/manifest.ts';

/** @returns the parts, unquoted. */
export function dotted(path: string): readonly string[] {
  return [...path.matchAll(/"((?:[^"]|"")*)"|([^."]+)/g)].map(
    ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain!,
  );
}

/** @returns whether a part of a path means this object: by its name, or without the domain's prefix. */
export function means(domain: Domain, part: string | undefined, name: string): boolean {
  return (
    part === name || (part !== undefined && domain.prefix !== undefined && domain.prefix + part === name)
  );
}

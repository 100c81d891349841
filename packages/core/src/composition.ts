// What objects made in a composition work with. How plugins become one is in compose.ts.
import type { Backend } from './backend.js';
import type { Catalog } from './catalog.js';
import { backendMissing } from './errors.js';
import type { LoweringTable } from './kernel-lowerings.js';

/** The backend that runs things, and the names that mean something. */
export interface Composition {
  readonly backend: Backend | undefined;
  readonly catalog: Catalog;
  /** What plugins bring to backends, and to what writes files for them; the backend has its own already. */
  readonly lowerings?: LoweringTable;
}

/** The backend of a composition. Throws: BACKEND_MISSING. */
export function requireBackend(
  composition: Pick<Composition, 'backend'> | undefined,
  subject: string,
): Backend {
  if (composition?.backend === undefined) throw backendMissing(subject);
  return composition.backend;
}

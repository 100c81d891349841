// What the judge takes from Lamella, as an application would.
/** @typedef {import('@lamella/program').AnyHostTensor} AnyHostTensor */
/** @typedef {import('lamella').Model<any, any>} Model */
import { composition } from 'lamella';

export { composition, datasets, HostTensor, isLamellaError, loadModel } from 'lamella';
export { flatten, widenFloats } from '@lamella/program';

/** @param {'layers'} kind */
export const catalogNames = (kind) => composition.catalog.names(kind);

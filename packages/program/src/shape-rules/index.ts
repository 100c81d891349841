// The families of shape rules. In each, the exported name is the kernel's.
import type { ShapeRule } from '../shape-rule.js';

export const shapeRuleFamilies: readonly Readonly<Record<string, ShapeRule>>[] = [];

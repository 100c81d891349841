// The families of gradient rules. In each, the exported name is the kernel's.
import type { GradientRule } from '../gradient-rule.js';

export const gradientRuleFamilies: readonly Readonly<Record<string, GradientRule>>[] = [];

// The table of tfjs' kernels: which exist, and Lamella's shape and gradient rules for them, joined from their families.
import * as tf from '@tensorflow/tfjs-core';
import type { GradientRule } from './gradient-rule.js';
import { gradientRuleFamilies } from './gradient-rules/index.js';
import type { ShapeRule } from './shape-rule.js';
import { shapeRuleFamilies } from './shape-rules/index.js';

/** The names of all kernels that this tfjs-core knows: it exports each as a constant whose value is its name. */
export function kernelNames(): string[] {
  return Object.entries(tf)
    .filter(
      ([key, value]) =>
        typeof value === 'string' &&
        (value === key || value === `_${key}` || key === value.replace(/^_/, '')) &&
        /^[A-Z_]/.test(key),
    )
    .map(([, value]) => value as unknown as string);
}

export const shapeRules: Readonly<Record<string, ShapeRule | undefined>> = Object.assign(
  {},
  ...shapeRuleFamilies,
);

export const gradientRules: Readonly<Record<string, GradientRule | undefined>> = Object.assign(
  {},
  ...gradientRuleFamilies,
);

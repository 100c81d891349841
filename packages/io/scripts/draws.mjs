// What generators of files choose by: each of these takes numbers in [0, 1) from `next`, so that a failure can be repeated.

/** @typedef {() => number} Next */

/** Sizes that are usual, at an edge, or mean harm. */
export const sizes = [0, 1, 2, 3, 7, 255, 65_536, 2 ** 28, 2 ** 31, 2 ** 32, 2 ** 53 - 1];

/** @template T @param {Next} next @param {readonly T[]} list @returns {T} */
export const one = (next, list) => /** @type {T} */ (list[Math.floor(next() * list.length)]);

/** Mostly few. @param {Next} next @param {number} most */
export const count = (next, most) => Math.floor(most ** next());

/** @template T @param {Next} next @param {number} most @param {(i: number) => T} make */
export const several = (next, most, make) => Array.from({ length: count(next, most) }, (_, i) => make(i));

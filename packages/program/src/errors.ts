// Coded errors: one class, one message form, `[CODE] Subject "name": expected X, got Y. Why. Fix: imperative.`
// Factories for codes of this package are here; other packages call `lamellaError` in an `errors.ts` of their own.
import { printable } from './printable.js';

const brand = Symbol.for('lamella.error');

/** What an error message is made of. */
export interface ErrorParts {
  /** The kind of object and its name as the user knows it, e.g. `Dense "classifier"`. */
  readonly subject: string;
  /** What was expected and what came, one sentence without the final full stop. */
  readonly problem: string;
  /** Further lines: why, or a list of every mismatch. */
  readonly details?: readonly string[];
  /** What to do, imperative, without `Fix:` and the final full stop. */
  readonly fix?: string;
  readonly cause?: unknown;
}

/** An error with a stable `code`. Test it with {@link isLamellaError}, which also knows those of another copy of this package. */
export class LamellaError extends Error {
  readonly code: string;
  readonly subject: string;
  /** What the message was made of. */
  declare readonly parts: ErrorParts;

  constructor(code: string, parts: ErrorParts) {
    const lines = [`[${code}] ${parts.subject}: ${withStop(parts.problem)}`, ...(parts.details ?? [])];
    if (parts.fix !== undefined) lines.push(`Fix: ${withStop(parts.fix)}`);
    super(lines.map(printable).join('\n'), parts.cause === undefined ? undefined : { cause: parts.cause });
    this.name = 'LamellaError';
    this.code = code;
    this.subject = parts.subject;
    Object.defineProperty(this, brand, { value: true });
    Object.defineProperty(this, 'parts', { value: parts });
  }
}

function withStop(sentence: string): string {
  return /[.!?:]$/.test(sentence) ? sentence : `${sentence}.`;
}

/** How errors name what computes in a scope, a path of layers: the layer, or the Program outside of any. */
export function scopeLabel(scope: string): string {
  return scope === '' ? 'Program' : `Layer "${scope}"`;
}

/** Makes a coded error. */
export function lamellaError(code: string, parts: ErrorParts): LamellaError {
  return new LamellaError(code, parts);
}

/** Whether `error` is a coded error, of any copy of this package, and of this `code` where one is given. */
export function isLamellaError(error: unknown, code?: string): error is LamellaError {
  if (typeof error !== 'object' || error === null || !(brand in error)) return false;
  return code === undefined || (error as unknown as LamellaError).code === code;
}

/** Whether what was imported is not there, rather than broken. */
export function isModuleMissing(error: unknown): boolean {
  const { code } = (error ?? {}) as { readonly code?: string };
  return code === 'MODULE_NOT_FOUND' || code === 'ERR_MODULE_NOT_FOUND';
}

/** The message of an error without its code, where it has one. */
export function withoutCode({ message }: Error): string {
  return message.replace(/^\[\w+\] /, '');
}

/** What went wrong and how to mend it, in one line: the first of an error's message, without its code, and its fix. */
export function inOneLine(error: Error): string {
  const [first = '', ...others] = withoutCode(error).split('\n');
  const fix = others.find((line) => line.startsWith('Fix: ')) ?? '';
  return `${first} ${fix}`.trim();
}

/** Names are compared by so many characters: files may give names of any length. */
const compared = 48;

/** At most five of `known` nearest to `name`, and a "Did you mean" for the nearest when it is near enough. */
export function suggest(name: string, known: Iterable<string>): string {
  const ranked = [...known]
    .map((k) => ({ k, d: distance(beginning(name), beginning(k)) }))
    .sort((a, b) => a.d - b.d);
  if (ranked.length === 0) return 'None are known.';
  const list = ranked.slice(0, 5).map((r) => r.k);
  const more = ranked.length > 5 ? `, and ${ranked.length - 5} more` : '';
  const nearest = ranked[0]!;
  const near =
    nearest.d <= Math.max(2, Math.floor(Math.min(name.length, compared) / 3))
      ? ` Did you mean "${nearest.k}"?`
      : '';
  return `Known: ${list.join(', ')}${more}.${near}`;
}

function beginning(name: string): string {
  return name.slice(0, compared).toLowerCase();
}

function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1));
    }
    row = next;
  }
  return row[b.length]!;
}

/** `NOT_CAPTURABLE`: code that cannot become a Program; `problem` says what it does, `fix` what to call instead. */
export function notCapturable(subject: string, problem: string, fix?: string, cause?: unknown): LamellaError {
  return lamellaError('NOT_CAPTURABLE', {
    subject,
    problem,
    ...(fix !== undefined && { fix }),
    ...(cause !== undefined && { cause }),
  });
}

/** `CAPTURE_MISSING`: what works only inside a capture was called outside one. */
export function captureMissing(subject: string, problem: string, fix?: string): LamellaError {
  return lamellaError('CAPTURE_MISSING', { subject, problem, ...(fix !== undefined && { fix }) });
}

/** `SHAPE_MISMATCH`: a tensor of the wrong shape. */
export function shapeMismatch(
  subject: string,
  problem: string,
  fix?: string,
  details?: readonly string[],
): LamellaError {
  return lamellaError('SHAPE_MISMATCH', {
    subject,
    problem,
    ...(fix !== undefined && { fix }),
    ...(details && { details }),
  });
}

/** `DTYPE_MISMATCH`: a tensor of the wrong dtype. */
export function dtypeMismatch(subject: string, problem: string, fix?: string): LamellaError {
  return lamellaError('DTYPE_MISMATCH', { subject, problem, ...(fix !== undefined && { fix }) });
}

/** `IMAGE_INVALID`: a tensor that holds no images, or images that a function of images cannot take. */
export function imageInvalid(subject: string, problem: string, fix?: string): LamellaError {
  return lamellaError('IMAGE_INVALID', { subject, problem, ...(fix !== undefined && { fix }) });
}

/** `VALUE_OUT_OF_RANGE`: a value has no place in the dtype it is to become. */
export function valueOutOfRange(
  subject: string,
  from: string,
  to: string,
  value: number | bigint,
  index: number,
): LamellaError {
  return lamellaError('VALUE_OUT_OF_RANGE', {
    subject,
    problem: `expected values that ${to} holds, got ${value} (${from}) at position ${index}`,
    fix: 'keep them in a wider dtype, or bring them into its range before',
  });
}

/** `PROGRAM_INVALID`: a Program that breaks its own rules (unknown value, wrong arity, a cycle, a bad attribute). */
export function programInvalid(problem: string, details?: readonly string[], cause?: unknown): LamellaError {
  return lamellaError('PROGRAM_INVALID', {
    subject: 'Program',
    problem,
    ...(details && { details }),
    ...(cause !== undefined && { cause }),
  });
}

/** `NOT_BATCH_POLYMORPHIC`: a function whose Program does not follow unknown dimensions in a way that can be saved. */
export function notPolymorphic(subject: string, problem: string, fix: string): LamellaError {
  return lamellaError('NOT_BATCH_POLYMORPHIC', { subject, problem, fix });
}

/** `KERNEL_UNSUPPORTED`: no rule for a kernel: its shape, its gradient, or its lowering to a backend. */
export function kernelUnsupported(subject: string, kernel: string, what: string, fix?: string): LamellaError {
  return lamellaError('KERNEL_UNSUPPORTED', {
    subject,
    problem: `kernel ${kernel} has no ${what}`,
    ...(fix !== undefined && { fix }),
  });
}

/** `DTYPE_UNSUPPORTED`: a layer computes in a dtype that the backend lacks. */
export function dtypeUnsupported(
  subject: string,
  dtype: string,
  backend: { readonly name: string; readonly computes: readonly string[] },
): LamellaError {
  return lamellaError('DTYPE_UNSUPPORTED', {
    subject,
    problem: `expected a dtype that backend "${backend.name}" computes in (${backend.computes.join(', ')}), got ${dtype}`,
    fix: "give the layer dtype: 'float32', or use a backend that computes it",
  });
}

/** `PACKAGE_DUPLICATED`: two copies of one package in one process; `places` tells where they come from. */
export function packageDuplicated(name: string, places: readonly string[]): LamellaError {
  return lamellaError('PACKAGE_DUPLICATED', {
    subject: `Package "${name}"`,
    problem: 'two copies of it are loaded',
    details: places.map((place) => `  ${place}`),
    fix: `install one version of it: "npm ls ${name}" shows who brings which; update the package that asks for an older one, or ask its author for a newer range`,
  });
}

/** The error with a further line, which tells where in the user's model it happened. */
export function happenedIn(error: LamellaError, where: string): LamellaError {
  const { details = [] } = error.parts;
  return new LamellaError(error.code, { ...error.parts, details: [...details, `In ${where}.`] });
}

/** `RANDOM_INVALID`: a seed, a step or an option with which no random numbers can be drawn. */
export function randomInvalid(subject: string, option: string, expected: string, got: unknown): LamellaError {
  return lamellaError('RANDOM_INVALID', {
    subject,
    problem: `${option}: expected ${expected}, got ${String(got)}`,
  });
}

/** `BUDGET_EXCEEDED`: a file asks for more than one of its size may cost. */
export function budgetExceeded(file: string, what: string, kind: string, limit: number): LamellaError {
  return lamellaError('BUDGET_EXCEEDED', {
    subject: `"${file}"`,
    problem: `${what.slice(0, 200)} asks for more than the ${limit} ${kind} that a file of its size may cost`,
    fix: 'get the file again from whoever made it: it is damaged, or made to exhaust memory',
  });
}

/** `SIZES_EXCEEDED`: a layer or a run would hold more than any memory does; `largest` says what most of it is. */
export function sizesExceeded(subject: string, most: number, got: number, largest: string): LamellaError {
  return lamellaError('SIZES_EXCEEDED', {
    subject,
    problem: `expected to hold at most ${most} elements at once, got ${got}: ${largest}`,
    fix: 'run fewer rows at a time, or make what repeats, pads or enlarges smaller; do not load such a file of a stranger',
  });
}

/** `CARRY_MISMATCH`: a step of a loop gives a carry of another structure, shape or dtype than it takes. */
export function carryMismatch(subject: string, expected: string, got: string): LamellaError {
  return lamellaError('CARRY_MISMATCH', {
    subject,
    problem: `expected every step to give a carry as it takes it, ${expected}, got ${got}`,
    fix: 'start with a carry of the shapes and dtypes that a step gives, or cast and reshape what it gives',
  });
}

/** `BRANCH_MISMATCH`: the two branches of a choice give results of other structures, shapes or dtypes. */
export function branchMismatch(subject: string, then: string, otherwise: string): LamellaError {
  return lamellaError('BRANCH_MISMATCH', {
    subject,
    problem: `expected both branches to give the same types, got ${then} where it is true and ${otherwise} where it is false`,
    fix: 'give tensors of the same shapes and dtypes, nested alike',
  });
}

/** `LOOP_INVALID`: a loop or a choice that cannot be: sequences of other lengths, no length, a condition that is no bool. */
export function loopInvalid(subject: string, problem: string, fix?: string): LamellaError {
  return lamellaError('LOOP_INVALID', { subject, problem, ...(fix !== undefined && { fix }) });
}

/** `LOOP_ENDLESS`: a loop whose condition nothing in it can change. */
export function loopEndless(subject: string): LamellaError {
  return lamellaError('LOOP_ENDLESS', {
    subject,
    problem: 'its condition reads nothing that its body changes: it would never end, or never begin',
    fix: 'let the condition depend on what the body changes, or pass { maximumIterations }',
  });
}

/** `LOOP_TOO_LONG`: loops that take more steps than a run may, `found` where they say so beforehand. */
export function loopTooLong(
  subject: string,
  found?: { readonly most: number; readonly got: number },
): LamellaError {
  return lamellaError('LOOP_TOO_LONG', {
    subject,
    problem:
      found === undefined
        ? 'its condition still holds after all the steps that a run has for it'
        : `expected loops of at most ${found.most} steps, all of a run together, got ${found.got}`,
    fix: 'pass { maximumIterations }, run shorter sequences, or do in one step what several do; do not load such a file of a stranger',
  });
}

/** `GRADIENT_UNBOUNDED`: the gradient of a loop that may take any number of steps, all of which would have to be kept. */
export function gradientUnbounded(subject: string): LamellaError {
  return lamellaError('GRADIENT_UNBOUNDED', {
    subject,
    problem: 'the gradient of a whileLoop() needs to know how many steps there are at most',
    fix: 'pass { maximumIterations }, or use scan()',
  });
}

/** `ASSIGN_IN_GRADIENT`: `what`, the gradient function of tf.customGrad, assigns a weight. */
export function assignInGradient(subject: string, what: string, weight: string): LamellaError {
  return lamellaError('ASSIGN_IN_GRADIENT', {
    subject,
    problem: `${what} assigns weight "${weight}"`,
    fix: 'assign weights in the forward function only',
  });
}

/** `ASSIGN_IN_BODY`: `what`, a loop's body or a branch, assigns a weight. */
export function assignInBody(subject: string, what: string, weight: string): LamellaError {
  return lamellaError('ASSIGN_IN_BODY', {
    subject,
    problem: `${what} assigns weight "${weight}"`,
    fix: 'carry the value from step to step, or return it, and assign it behind the loop or the choice',
  });
}

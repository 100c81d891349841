// The error codes of this package.
import { formatShape, lamellaError, suggest, type LamellaError, type Shape } from '@lamella/program';

/** `FUNCTION_NAME_INVALID`: a name that is not of the form `package>function`. */
export function functionNameInvalid(name: unknown): LamellaError {
  return lamellaError('FUNCTION_NAME_INVALID', {
    subject: 'namedFunction()',
    problem: `expected a name like "my-package>my_function", got ${JSON.stringify(name)}`,
    fix: 'write the package, ">" and the function, each of letters, digits, "_", "-", "." or "/"',
  });
}

/** `FUNCTION_DUPLICATE`: two functions of one name. */
export function functionDuplicate(name: string): LamellaError {
  return lamellaError('FUNCTION_DUPLICATE', {
    subject: `Function "${name}"`,
    problem: 'another function has this name already',
    fix: 'rename one of the two; files refer to functions by name',
  });
}

/** `FUNCTION_UNKNOWN`: a name that nobody registered. */
export function functionUnknown(subject: string, name: string, known: Iterable<string>): LamellaError {
  return lamellaError('FUNCTION_UNKNOWN', {
    subject,
    problem: `it refers to function "${name}", which is not registered. ${suggest(name, known)}`,
    fix: 'list the function in lambdas({ functions }), or pass it itself',
  });
}

/** `ARGUMENTS_INVALID`: arguments of a Lambda that JSON cannot hold. */
export function argumentsInvalid(subject: string, path: string, problem: string): LamellaError {
  return lamellaError('ARGUMENTS_INVALID', {
    subject,
    problem: `argument ${path}: ${problem}`,
    fix: 'pass plain JSON; give tensors to the Lambda as inputs',
  });
}

/** `CONSTANTS_TOO_LARGE`: tensors captured from outside a Lambda that are weights in truth. */
export function constantsTooLarge(
  subject: string,
  shapes: readonly string[],
  bytes: number,
  most: number,
): LamellaError {
  return lamellaError('CONSTANTS_TOO_LARGE', {
    subject,
    problem: `its function captures constants of ${bytes} bytes (${shapes.slice(0, 5).join(', ')}), at most ${most} go into a file`,
    fix: 'make them weights: write a Layer subclass that creates them with addWeight({ trainable: false }), or give them to the Lambda as an input',
  });
}

/** `LAMBDA_FAILED`: a Lambda's function threw something that is no coded error. */
export function lambdaFailed(
  subject: string,
  inputs: readonly { readonly shape: Shape; readonly dtype: string }[],
  cause: unknown,
): LamellaError {
  const shapes = inputs.map(({ dtype, shape }) => `${dtype}${formatShape(shape)}`).join(', ');
  return lamellaError('LAMBDA_FAILED', {
    subject,
    problem: `its function failed on ${shapes}: ${cause instanceof Error ? cause.message : String(cause)}`,
    fix: 'mend the function; the original error is the cause',
    cause,
  });
}

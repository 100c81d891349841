// The error codes of this package.
import { lamellaError, type LamellaError } from '@lamella/program';

/** `OPTION_INVALID`: weights alone are to be converted, and nothing says what model they are of. */
export function modelUnnamed(file: string): LamellaError {
  return lamellaError('OPTION_INVALID', {
    subject: `"${file}"`,
    problem: 'it holds weights alone, without their model',
    fix: 'name a file of the model: --model FILE',
  });
}

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

/** `FILE_NOT_WRITTEN`: what a command prints cannot be written to where it goes. */
export function outputNotWritten(cause: Error): LamellaError {
  return lamellaError('FILE_NOT_WRITTEN', {
    subject: 'Standard output',
    problem: `writing failed: ${cause.message}`,
    fix: 'make room, or let it go to another place',
    cause,
  });
}

export { captureFunction, functionDrift, type FunctionCall } from './capture-function.js';
export { deferredFunction, type DeferredFunction } from './deferred-function.js';
export { FunctionRegistry } from './function-registry.js';
export {
  Lambda,
  lambda,
  type LambdaConfig,
  type LambdaFactory,
  type LambdaMask,
  type LambdaOptions,
  type OutputShape,
} from './lambda.js';
export { lambdas, type LambdasApi, type LambdasOptions } from './lambdas.js';
export {
  namedFunction,
  type JsonValue,
  type LambdaArguments,
  type LambdaContext,
  type ArgumentKind,
  type LambdaFunction,
  type NamedFunctionOptions,
} from './named-function.js';
export { functionOf, savedFunctionOf, type SavedFunction } from './saved-function.js';
export { verifyFunctions } from './verify-functions.js';

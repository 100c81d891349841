// What one load may cost. A file says how much is to be made of it; a small one must not say much. Every reader, every fold and
// every trial run of a load draws from one account. Counts decide, no clock does: a slow machine reads what a fast one reads.
import { budgetExceeded } from './errors.js';
import { sharedState } from './shared-state.js';

/**
 * What is counted. `bytes`: decoded or copied; `values`: items of JSON, attributes, names, links, members; `elements`: of tensors
 * that are made before the application runs anything; `steps`: values recorded, objects visited, pairs compared,
 * each as many as it takes microseconds or so.
 */
export type BudgetKind = 'bytes' | 'values' | 'elements' | 'steps';

/** What any file may cost, and what each of its bytes adds. */
const allowances: Readonly<Record<BudgetKind, { readonly free: number; readonly each: number }>> = {
  bytes: { free: 64 * 1024 * 1024, each: 100 },
  values: { free: 500_000, each: 1 },
  elements: { free: 32 * 1024 * 1024, each: 16 },
  steps: { free: 600_000, each: 0.3 },
};

const kinds = Object.keys(allowances) as readonly BudgetKind[];

/** The account of one load. */
export class Budget {
  private readonly left = { bytes: 0, values: 0, elements: 0, steps: 0 };
  private readonly limits = { ...this.left };

  private constructor(readonly file: string) {
    for (const kind of kinds) this.raise(kind, allowances[kind].free);
  }

  /** What a file of so many bytes may cost: in proportion to its size, with a floor. */
  static ofFile(file: string, bytes: number): Budget {
    const budget = new Budget(file);
    budget.addFile(bytes);
    return budget;
  }

  /** Adds what a file beside it, of so many bytes, may cost. */
  addFile(bytes: number): void {
    for (const kind of kinds) this.raise(kind, Math.ceil(allowances[kind].each * bytes));
  }

  private raise(kind: BudgetKind, amount: number): void {
    this.left[kind] += amount;
    this.limits[kind] += amount;
  }

  /** Takes from the account before anything is made. Throws: BUDGET_EXCEEDED, which names the file and `what` asked for it. */
  spend(kind: BudgetKind, amount: number, what: string): void {
    // A count that is no number is as large as can be.
    this.left[kind] -= amount >= 0 ? amount : Infinity;
    if (this.left[kind] < 0) throw budgetExceeded(this.file, what, kind, this.limits[kind]);
  }

  /** What is left, for readers that can stop before they ask for more. */
  rest(kind: BudgetKind): number {
    return this.left[kind];
  }
}

const account = sharedState('budget', () => ({ current: undefined as Budget | undefined }));

/** Runs `fn`, which must not be asynchronous, so that what it captures and tries out draws from `budget`. */
export function withBudget<T>(budget: Budget, fn: () => T): T {
  const cell = account();
  const before = cell.current;
  cell.current = budget;
  try {
    return fn();
  } finally {
    cell.current = before;
  }
}

/** The account of the load that is running, for what no argument reaches; none outside a load. */
export function currentBudget(): Budget | undefined {
  return account().current;
}

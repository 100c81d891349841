// BackupAndRestore: training that goes on where a process was killed. One small file says which weights belong to which
// epoch, and is replaced whole once they stand; so whatever happens, one backup is complete.
import {
  Catalog,
  checkOptionNames,
  optionInvalid,
  type FormatContext,
  type OptionNames,
} from '@lamella/core';
import { fileInvalid, readFile } from '@lamella/files';
import { Budget, isLamellaError, type AnyHostTensor, type HostTensor } from '@lamella/program';
import type { Callback, CallbackState, Model, ResumePoint } from '@lamella/training';
import { writeFileSet } from '../files/destination.js';
import { throughGate } from '../formats/gate.js';
import { decodeTensor, readSafetensors, writeSafetensors } from '../formats/safetensors-bytes.js';
import { weightsH5Format } from '../formats/weights-h5.js';
import { isRecord, readPythonJson, writePythonJson, type Json } from '../keras-json/python-json.js';
import { BatchCounter } from './batch-counter.js';
import { decodeState, encodeState } from './stored-state.js';

export interface BackupAndRestoreOptions {
  /** A folder for this training alone. */
  readonly backupDir: string;
  /** `epoch`, or every so many batches. Default `epoch`. */
  readonly saveFreq?: 'epoch' | number;
  /** Whether the backup before the last one is kept too, and used where the last one turns out to be damaged. Default false. */
  readonly doubleCheckpoint?: boolean;
  /** Whether the backups go once training has ended. Default true. */
  readonly deleteCheckpoint?: boolean;
}

const backupAndRestoreNames: OptionNames<BackupAndRestoreOptions> = {
  backupDir: true,
  saveFreq: true,
  doubleCheckpoint: true,
  deleteCheckpoint: true,
};

/** A backup: where training stands, the file of the weights and the optimizer's state, and what callbacks hold. */
interface Backup {
  readonly epoch: number;
  readonly batch: number;
  /** Null where training begins: with the weights that the model has then. */
  readonly weights: string | null;
  /** JSON, with null in place of tensors. */
  readonly state: Json;
  /** The file of those tensors; null where there are none. */
  readonly tensors: string | null;
}

const name = 'BackupAndRestore';
const index = 'backup.json';
const pattern = /^epoch-\d+-batch-\d+-\d+\.(?:weights\.h5|state\.safetensors)$/;

/**
 * Saves where training stands, and goes on from there when `fit` is called again with the same data and callbacks: with the
 * same seed, to the same weights, bit for bit, as if it had never been interrupted; callbacks go on with the `state` that
 * they had. Source: keras.callbacks.BackupAndRestore.
 * Throws: OPTION_INVALID; WEIGHTS_MISMATCH where the backup is that of another model; CALLBACK_STATE_INVALID, FILE_INVALID,
 * FILE_NOT_WRITTEN.
 *
 * @example
 * const backup = backupAndRestore({ backupDir: 'backup-of-mnist' });
 */
export class BackupAndRestore implements Callback {
  private readonly counter: BatchCounter;
  private readonly folder: string;
  private model!: Model;
  private isDue = false;
  private saved: readonly Backup[] = [];
  private count = 0;

  constructor(private readonly options: BackupAndRestoreOptions) {
    checkOptionNames(name, options, backupAndRestoreNames);
    this.folder = options.backupDir;
    this.counter = new BatchCounter(name, options.saveFreq ?? 'epoch');
    if (typeof this.folder !== 'string' || this.folder === '')
      throw optionInvalid(name, 'backupDir', 'the path of a folder', this.folder);
  }

  setModel(model: Model): void {
    this.model = model;
  }

  async onTrainBegin(): Promise<ResumePoint | undefined> {
    this.counter.reset();
    this.isDue = false;
    const stored = await this.readIndex();
    this.saved = [];
    if (stored === undefined) return undefined;
    if (stored.seed !== this.model.seed) {
      console.warn(
        `[SEED_CHANGED] ${name}: the backup in "${this.folder}" was made with seed ${stored.seed}, and the model has ${this.model.seed}; training goes on with other random numbers.`,
      );
    }
    const [last, previous] = stored.backups;
    try {
      return await this.restore(last!);
    } catch (error) {
      const isDamaged = isLamellaError(error, 'FILE_INVALID') || isLamellaError(error, 'FILE_MISSING');
      if (previous === undefined || !isDamaged) throw error;
      return this.restore(previous);
    }
  }

  needsBatchLogs(): boolean {
    return false;
  }

  onTrainBatchEnd(batch: number): void {
    if (this.counter.isDue(batch)) this.isDue = true;
  }

  async onResumePoint(point: ResumePoint, state: () => Promise<CallbackState>): Promise<void> {
    const isStart = this.saved.length === 0;
    if (!isStart && !this.isDue && !(this.counter.isPerEpoch && point.batch === 0)) return;
    this.isDue = false;
    await this.save(point, await state(), isStart);
  }

  async onTrainEnd(): Promise<void> {
    if (this.options.deleteCheckpoint === false) return;
    const { rm, readdir, rmdir } = await import('node:fs/promises');
    const { join } = await import('node:path');
    const ours = (await readdir(this.folder).catch(() => [])).filter(
      (file) => file === index || pattern.test(file),
    );
    // The index first: without it, the rest is no backup.
    for (const file of [index, ...ours]) await rm(join(this.folder, file), { force: true });
    await rmdir(this.folder).catch(() => undefined);
  }

  private async save({ epoch, batch }: ResumePoint, state: CallbackState, isStart: boolean): Promise<void> {
    const { mkdir } = await import('node:fs/promises');
    const { join } = await import('node:path');
    const stem = `epoch-${epoch}-batch-${batch}-${isStart ? this.count : this.count++}`;
    const weights = isStart ? null : `${stem}.weights.h5`;
    const held = new Map<string, HostTensor>();
    const json = encodeState(state, held) as Json;
    const tensors = held.size > 0 ? `${stem}.state.safetensors` : null;
    const backup: Backup = { epoch, batch, weights, state: json, tensors };
    const backups = [backup, ...this.saved].slice(0, this.options.doubleCheckpoint === true ? 2 : 1);
    await mkdir(this.folder, { recursive: true }).catch(() => undefined);
    await writeFileSet(join(this.folder, index), {
      bytes: new TextEncoder().encode(
        writePythonJson({ seed: this.model.seed, backups: backups.map((backup) => ({ ...backup })) }),
      ),
      siblings: {
        ...(weights !== null && { [weights]: await this.encodedWeights(weights) }),
        ...(tensors !== null && { [tensors]: writeSafetensors(held as Map<string, AnyHostTensor>) }),
      },
      siblingsIn: (bytes) =>
        readIndex(bytes, index).backups.flatMap((one) => [one.weights ?? [], one.tensors ?? []].flat()),
      isSibling: (file) => pattern.test(file),
    });
    this.saved = backups;
  }

  private encodedWeights(name: string): Promise<Uint8Array> {
    return weightsH5Format.writeWeights!(this.model, contextOf(name)) as Promise<Uint8Array>;
  }

  private async restore(backup: Backup): Promise<ResumePoint> {
    const { join } = await import('node:path');
    const held = new Map<string, HostTensor>();
    if (backup.tensors !== null) {
      const file = join(this.folder, backup.tensors);
      await throughGate(file, await readFile(file), async (bytes) => {
        for (const [place, raw] of readSafetensors(bytes, file, Budget.ofFile(file, bytes.length)))
          held.set(place, decodeTensor(place, raw, file) as HostTensor);
      });
    }
    if (backup.weights !== null) {
      const path = join(this.folder, backup.weights);
      await throughGate(path, await readFile(path), (bytes) =>
        weightsH5Format.readWeights!(bytes, this.model, {
          ...contextOf(path),
          budget: Budget.ofFile(path, bytes.length),
        }),
      );
    }
    this.saved = [backup];
    return { epoch: backup.epoch, batch: backup.batch, state: decodeState(backup.state, held) };
  }

  private async readIndex(): Promise<Index | undefined> {
    const { join } = await import('node:path');
    const path = join(this.folder, index);
    let bytes: Uint8Array;
    try {
      bytes = await readFile(path);
    } catch (error) {
      if (isLamellaError(error, 'FILE_MISSING')) return undefined;
      throw error;
    }
    const stored = readIndex(bytes, path);
    this.count =
      1 +
      Math.max(
        ...stored.backups.map(({ weights }) => Number(/-(\d+)\.weights/.exec(weights ?? '')?.[1] ?? -1)),
      );
    return stored;
  }
}

interface Index {
  readonly seed: number;
  readonly backups: readonly Backup[];
}

/** Throws: FILE_INVALID. */
function readIndex(bytes: Uint8Array, path: string): Index {
  const stored = readPythonJson(new TextDecoder().decode(bytes), path);
  const list = isRecord(stored) ? stored['backups'] : undefined;
  const backups = Array.isArray(list) ? (list as readonly Json[]).map(backupOf) : [];
  const seed = isRecord(stored) ? stored['seed'] : undefined;
  if (typeof seed !== 'number' || backups.length === 0 || backups.includes(undefined))
    throw fileInvalid(path, 'it says nothing about a backup', 'remove the folder to begin anew');
  return { seed, backups: backups as Backup[] };
}

function backupOf(stored: Json): Backup | undefined {
  if (!isRecord(stored)) return undefined;
  const { epoch, batch, weights, state = null, tensors = null } = stored;
  const isWhole = (value: Json | undefined): value is number =>
    Number.isSafeInteger(value) && (value as number) >= 0;
  const isOurs = (file: Json | undefined): file is string | null =>
    file === null || (typeof file === 'string' && pattern.test(file));
  if (!isWhole(epoch) || !isWhole(batch) || !isOurs(weights) || !isOurs(tensors)) return undefined;
  return { epoch, batch, weights, state, tensors };
}

function contextOf(file: string): FormatContext {
  return { file, composition: { backend: undefined, catalog: new Catalog() }, options: {} };
}

/** Creates a {@link BackupAndRestore}. Throws: OPTION_INVALID. */
export function backupAndRestore(options: BackupAndRestoreOptions): BackupAndRestore {
  return new BackupAndRestore(options);
}

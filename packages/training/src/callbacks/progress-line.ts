// One progress line in Keras' form, as text: a coloured bar that redraws itself, a plain bar, or a summary at the end.
// Where the text goes, and when an epoch begins, is the ProgressBar's.
import { printable } from '@lamella/program';
import type { Logs } from './callback.js';

/** `terminal`: a bar that redraws itself; `plain`: a bar without colours, once it is full; `summary`: no bar. */
export type ProgressStyle = 'terminal' | 'plain' | 'summary';

export interface ProgressLineOptions {
  /** The steps to come, where known. */
  readonly target: number | undefined;
  readonly style: ProgressStyle;
  /** The time. Units: milliseconds. */
  readonly now: () => number;
}

const width = 20;

/** Milliseconds between two drawings of the bar. */
const redrawEvery = 50;

/** Milliseconds of compiling from which on a line tells them. */
const longCompilation = 1000;

export class ProgressLine {
  target: number | undefined;
  /** What compiling took during this line, which ends with it where it was long. Units: milliseconds. */
  compileTime = 0;
  private readonly startedAt: number;
  private firstStepAt: number | undefined;
  private drawnAt = -Infinity;
  private drawnWidth = 0;

  constructor(private readonly options: ProgressLineOptions) {
    this.target = options.target;
    this.startedAt = options.now();
  }

  /** Whether a bar that is not full would be drawn now. */
  get isDue(): boolean {
    return this.options.style === 'terminal' && this.options.now() - this.drawnAt >= redrawEvery;
  }

  /** Takes note of `current` steps, and writes nothing. */
  count(current: number): void {
    this.stepDuration(current, this.options.now());
  }

  /** What to write after `current` steps; empty where nothing is due. */
  update(current: number, logs: Logs, isFinal = this.target !== undefined && current >= this.target): string {
    const isDrawn = isFinal || this.isDue;
    const now = this.options.now();
    const perStep = this.stepDuration(current, now);
    const { style } = this.options;
    if (!isDrawn) return '';
    if (style === 'summary') return (this.target ?? 0) > 0 ? this.summary(current, logs, now, perStep) : '';
    this.drawnAt = now;
    return style === 'plain'
      ? `${this.plain(current, logs, now, perStep)}\n`
      : this.redrawn(current, logs, now, perStep, isFinal);
  }

  private summary(current: number, logs: Logs, now: number, perStep: number): string {
    return `${this.counted(current)} - ${this.elapsed(now)} - ${rate(perStep)}${valuesOf(logs, (v) => v > 1e-3)}${this.compiled}\n`;
  }

  private plain(current: number, logs: Logs, now: number, perStep: number): string {
    const bar = this.hasTarget ? ` ${'━'.repeat(width)}` : '';
    return `${this.counted(current)}${bar} ${this.elapsed(now)} ${rate(perStep)}${valuesOf(logs, isLarge)}${this.compiled}`;
  }

  private redrawn(current: number, logs: Logs, now: number, perStep: number, isFinal: boolean): string {
    const time =
      this.hasTarget && !isFinal ? remaining((perStep * (this.target! - current)) / 1000) : this.elapsed(now);
    const values = `${valuesOf(logs, isLarge)}${this.compiled}`;
    const bar = this.hasTarget ? ` ${'━'.repeat(width)}` : '';
    const drawn = `${this.counted(current)}${bar} ${time} ${rate(perStep)}${values}`.length;
    const coloured = this.hasTarget
      ? `${bold(this.counted(current))} ${colouredBar(current / this.target!)}`
      : this.counted(current);
    const padding = ' '.repeat(Math.max(0, this.drawnWidth - drawn));
    const erased = `${'\b'.repeat(this.drawnWidth)}\r`;
    this.drawnWidth = drawn;
    return `${erased}${coloured} ${bold(time)} ${rate(perStep)}${values}${padding}${isFinal ? '\n' : ''}`;
  }

  private get compiled(): string {
    return this.compileTime > longCompilation ? ` - compile: ${(this.compileTime / 1000).toFixed(1)}s` : '';
  }

  private get hasTarget(): boolean {
    return this.target !== undefined && this.target > 0;
  }

  private counted(current: number): string {
    if (!this.hasTarget) return `${String(current).padStart(7)}/Unknown`;
    return `${String(current).padStart(String(this.target).length)}/${this.target}`;
  }

  private elapsed(now: number): string {
    return `${rounded((now - this.startedAt) / 1000)}s`;
  }

  /** Milliseconds a step; the first one, which compiles, is left out where there are more. */
  private stepDuration(current: number, now: number): number {
    if (current === 0) return 0;
    const since =
      this.firstStepAt !== undefined && current > 1
        ? (now - this.firstStepAt) / (current - 1)
        : (now - this.startedAt) / current;
    if (current === 1) this.firstStepAt = now;
    return since;
  }
}

function bold(text: string): string {
  return `\u001b[1m${text}\u001b[0m`;
}

function colouredBar(share: number): string {
  const done = Math.floor(width * share);
  const green = done > 0 ? `\u001b[32m${'━'.repeat(done)}\u001b[0m` : '';
  return `${green}\u001b[37m${'━'.repeat(width - done)}\u001b[0m`;
}

function remaining(seconds: number): string {
  const two = (n: number): string => String(Math.floor(n)).padStart(2, '0');
  if (seconds > 3600)
    return `${Math.floor(seconds / 3600)}:${two((seconds % 3600) / 60)}:${two(seconds % 60)}`;
  if (seconds > 60) return `${Math.floor(seconds / 60)}:${two(seconds % 60)}`;
  return `${Math.floor(seconds)}s`;
}

function rate(milliseconds: number): string {
  if (milliseconds >= 1000 || milliseconds === 0) return `${rounded(milliseconds / 1000)}s/step`;
  if (milliseconds >= 1) return `${rounded(milliseconds)}ms/step`;
  return `${rounded(milliseconds * 1000)}us/step`;
}

/** A whole number, halves to the even one, as Python formats. */
function rounded(value: number): string {
  const floor = Math.floor(value);
  return String(value - floor === 0.5 ? floor + (floor % 2) : Math.round(value));
}

function isLarge(value: number): boolean {
  return Math.abs(value) > 1e-3;
}

function valuesOf(logs: Logs, hasDecimals: (value: number) => boolean): string {
  return Object.keys(logs)
    .map((name) => ` - ${printable(name)}: ${formatValue(logs[name]!, hasDecimals)}`)
    .join('');
}

function formatValue(value: number, hasDecimals: (value: number) => boolean): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  if (hasDecimals(value)) return value.toFixed(4);
  // Python writes at least two digits of the exponent.
  return value.toExponential(4).replace(/e([+-])(\d)$/, 'e$10$2');
}

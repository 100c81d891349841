// One session that several executables run, made for the first and released with the last of them.
import type { Session, SessionOutput } from './runtime.js';

/** See the head of this file. Not used again once {@link isOver}. */
export class SharedSession {
  private readonly session: Promise<Session>;
  private users = 0;

  /** `created` must be leased at once. */
  constructor(created: Promise<Session>) {
    this.session = created;
  }

  /** Whether all have released it. */
  get isOver(): boolean {
    return this.users === 0;
  }

  /** The session for outputs of these shapes. Throws what making it threw. */
  async lease(outputs: readonly SessionOutput[]): Promise<Session> {
    this.users++;
    try {
      const session = await this.session;
      return session.forOutputs(outputs, () => {
        if (--this.users === 0) session.release();
      });
    } catch (error) {
      this.users--;
      throw error;
    }
  }
}

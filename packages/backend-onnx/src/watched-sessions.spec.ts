// For specs that need a session to fail: those that a runtime makes from now on. No test itself: jest.config.js passes it over.
import { jest } from '@jest/globals';
import type { OnnxOptions } from './onnx.js';
import { loadRuntime } from './runtime/load-runtime.js';
import type { Session } from './runtime/runtime.js';

export async function watchedSessions(
  options: Pick<OnnxOptions, 'runtime'> = {},
): Promise<{ readonly sessions: readonly Session[]; readonly restore: () => void }> {
  const runtime = await loadRuntime(options);
  const create = runtime.createSession.bind(runtime);
  const sessions: Session[] = [];
  const watching = jest.spyOn(runtime, 'createSession').mockImplementation(async (plan) => {
    const session = await create(plan);
    sessions.push(session);
    return session;
  });
  return { sessions, restore: () => watching.mockRestore() };
}

// How long a test waits for what must come. Long, since only a test that fails waits so long, and a busy machine is no reason to fail.
export const PATIENCE_MS = 30_000;

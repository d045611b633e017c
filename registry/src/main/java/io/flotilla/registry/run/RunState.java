package io.flotilla.registry.run;

/**
 * Where a run stands.
 *
 * <pre>
 * RUNNING ──► SUCCEEDED
 *     └─────► FAILED
 * </pre>
 */
public enum RunState {
  /** Its worker is at work, or was when the controller stopped. */
  RUNNING,
  /** It came to its end, whether or not the challenger was promoted. */
  SUCCEEDED,
  /** A step failed, a limit was passed or the controller stopped meanwhile. */
  FAILED
}

package io.flotilla.retraining;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.retraining.run.RunResult;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** Every way in which a run can end. */
public sealed interface RunOutcome {
  /**
   * It came to its end.
   *
   * @param result metrics, criteria and digests
   * @param bundle the unsigned bundle directory in the run folder; empty if the challenger was not
   *     promoted or the pipeline packages nothing
   */
  record Succeeded(RunResult result, Optional<Path> bundle) implements RunOutcome {}

  /**
   * A step failed, or the run could not begin.
   *
   * @param failure code, step and sentence
   * @param result how far it came
   */
  record Failed(RunResult.Failure failure, RunResult result) implements RunOutcome {}

  /**
   * The worker was killed at its time limit.
   *
   * @param limit the limit
   * @param tail the end of its error output
   */
  record TimedOut(Duration limit, String tail) implements RunOutcome {}

  /**
   * The worker ended without a result.
   *
   * @param exitCode its exit status
   * @param outOfMemory whether it ran out of heap
   * @param tail the end of its error output
   */
  record Crashed(int exitCode, boolean outOfMemory, String tail) implements RunOutcome {}

  /** The stable code of the failure; empty if it succeeded. */
  default Optional<ErrorCode> code() {
    return switch (this) {
      case Succeeded _ -> Optional.empty();
      case Failed failed -> Optional.of(failed.failure().code());
      case TimedOut _, Crashed _ -> Optional.of(ErrorCode.STEP_FAILED);
    };
  }

  /** What happened, in one sentence and, where there is any, the end of the worker's output. */
  default String message() {
    return switch (this) {
      case Succeeded succeeded ->
          succeeded.result().promoted().orElse(true)
              ? "the run came to its end"
              : "the run came to its end; the challenger is not promoted";
      case Failed failed ->
          failed.failure().step().map(step -> "step " + step + ": ").orElse("")
              + failed.failure().message();
      case TimedOut timedOut ->
          withTail(
              "the run was stopped at its time limit of %d s"
                  .formatted(timedOut.limit().toSeconds()),
              timedOut.tail());
      case Crashed crashed ->
          withTail(
              crashed.outOfMemory()
                  ? "the run needs more memory than its limit: raise it, or train on less"
                  : "the worker ended with status %d".formatted(crashed.exitCode()),
              crashed.tail());
    };
  }

  private static String withTail(String sentence, String tail) {
    return tail.isBlank() ? sentence : sentence + "; its output ends with: " + tail.strip();
  }
}

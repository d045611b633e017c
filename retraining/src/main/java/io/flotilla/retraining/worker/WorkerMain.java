package io.flotilla.retraining.worker;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.hardware.Accelerator;
import io.flotilla.hardware.onnx.OnnxAccelerators;
import io.flotilla.retraining.evaluate.Evaluator;
import io.flotilla.retraining.run.RunFolder;
import io.flotilla.retraining.run.RunResult;
import io.flotilla.retraining.step.CodeDigest;
import io.flotilla.retraining.step.StepCache;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * The worker process of one run. Writes progress to its output, one line per event, and the result
 * into the run folder. Ends when its input does, since that means that its parent has.
 */
public final class WorkerMain {
  /** The result was written; it may say that the run failed. */
  static final int DONE = 0;

  /** Something happened that the result does not tell; the error output does. */
  static final int BROKEN = 70;

  /** The parent process ended. */
  static final int ORPHANED = 75;

  /** Held, since the logging library only keeps weak references to what was configured. */
  private static final Logger TRIBUO = Logger.getLogger("org.tribuo");

  private WorkerMain() {}

  /**
   * Runs.
   *
   * @param arguments the run folder and the folder of the step cache
   */
  public static void main(String[] arguments) {
    if (arguments.length != 2) {
      System.err.println("usage: WorkerMain RUN_FOLDER CACHE_FOLDER");
      System.exit(BROKEN);
      return;
    }
    endWithParent(System.in);
    TRIBUO.setLevel(Level.WARNING);
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    System.exit(run(Path.of(arguments[0]), Path.of(arguments[1]), out));
  }

  // The last line of defence of a process: whatever comes becomes an exit status and a trace.
  @SuppressWarnings("IllegalCatch")
  private static int run(Path runFolder, Path cacheFolder, PrintStream out) {
    RunFolder folder = new RunFolder(runFolder);
    try {
      Accelerator accelerator = OnnxAccelerators.cpu();
      PipelineExecution execution =
          new PipelineExecution(
              folder,
              new StepCache(cacheFolder, Clock.systemUTC()),
              new Evaluator(accelerator),
              CodeDigest.of(accelerator.info().runtimeVersion()),
              out::println);
      folder.writeResult(execution.run());
      return DONE;
    } catch (IOException | RuntimeException | LinkageError e) {
      e.printStackTrace();
      folder.writeResult(
          RunResult.failed(
              new RunResult.Failure(
                  ErrorCode.STEP_FAILED,
                  Optional.empty(),
                  "the worker met an unexpected %s: see its output"
                      .formatted(e.getClass().getSimpleName()))));
      return BROKEN;
    }
  }

  private static void endWithParent(InputStream in) {
    Thread.ofPlatform()
        .name("parent-watch")
        .daemon(true)
        .start(
            () -> {
              try {
                while (in.read() >= 0) {
                  // The parent sends nothing; only the end of it matters.
                }
              } catch (IOException e) {
                System.err.println("the pipe from the parent process broke: " + e.getMessage());
              }
              Runtime.getRuntime().halt(ORPHANED);
            });
  }
}

package io.flotilla.agent.capture;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.protocol.message.Limits;

/**
 * Bounds of capture.
 *
 * @param batchPredictions predictions in one message, 1 to 1,024; default 64
 * @param batchAgeMs longest wait of a prediction for its batch, 10 to 60,000 ms; default 1,000
 * @param syncMs longest wait of a written message for the disk, 10 to 60,000 ms; default 200. A
 *     power cut loses at most this much beside the open batch
 * @param inputBytes largest input that is sampled, 0 to 65,536 bytes; default 32,768
 */
public record CaptureLimits(int batchPredictions, int batchAgeMs, int syncMs, int inputBytes) {
  /** 64 predictions, 1 s, 200 ms, 32 KiB. */
  public static final CaptureLimits DEFAULT = new CaptureLimits(64, 1_000, 200, 32 << 10);

  private static final int MIN_MS = 10;
  private static final int MAX_MS = 60_000;
  private static final int MAX_INPUT_BYTES = 64 << 10;

  /**
   * Checks the ranges.
   *
   * @throws FlotillaException {@code CONFIGURATION_INVALID}
   */
  public CaptureLimits {
    if (batchPredictions < 1 || batchPredictions > Limits.MAX_PREDICTIONS) {
      throw invalid("a capture batch has 1 to %d predictions".formatted(Limits.MAX_PREDICTIONS));
    }
    if (batchAgeMs < MIN_MS || batchAgeMs > MAX_MS || syncMs < MIN_MS || syncMs > MAX_MS) {
      throw invalid("capture waits %d to %d ms".formatted(MIN_MS, MAX_MS));
    }
    if (inputBytes < 0 || inputBytes > MAX_INPUT_BYTES) {
      throw invalid("sampled inputs have at most %d bytes".formatted(MAX_INPUT_BYTES));
    }
  }

  private static FlotillaException invalid(String message) {
    return new FlotillaException(ErrorCode.CONFIGURATION_INVALID, message);
  }
}

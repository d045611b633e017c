package io.flotilla.bundle.manifest;

/**
 * What devices record of this model unless their owner says otherwise.
 *
 * @param inputSampleRate share of the scored inputs that are kept, 0 to 1
 * @param windowRows rows of one drift window, 1 to 1,000,000
 */
public record CaptureDefault(double inputSampleRate, int windowRows) {
  /** No inputs kept, windows of 200 rows. */
  public static final CaptureDefault NONE = new CaptureDefault(0, 200);

  private static final int MAX_WINDOW_ROWS = 1_000_000;

  /**
   * Checks the ranges.
   *
   * @throws io.flotilla.bundle.failure.FlotillaException {@code MANIFEST_INVALID} if a value is out
   *     of range
   */
  public CaptureDefault {
    Invalid.unless(
        inputSampleRate >= 0 && inputSampleRate <= 1,
        "the input sample rate is not within 0 and 1");
    Invalid.unless(
        windowRows >= 1 && windowRows <= MAX_WINDOW_ROWS,
        "a drift window needs 1 to " + MAX_WINDOW_ROWS + " rows");
  }
}

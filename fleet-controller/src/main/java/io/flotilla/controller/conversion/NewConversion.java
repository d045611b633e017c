package io.flotilla.controller.conversion;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.controller.http.codec.FreeForm;
import io.flotilla.registry.name.Names;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * An attempt to make a variant of a version.
 *
 * @param kind how, such as {@code fp16} or {@code int8-dynamic}: 1 to 64 of a-z 0-9 . _ -
 * @param succeeded whether a variant came of it
 * @param report what was measured: size, latency, differences, accuracy; at most 64 KiB of JSON
 * @param failure why none came of it; there if and only if it did not succeed
 * @param result the version that has the variant, as {@code name:version}; only if it succeeded
 * @param reason why it was tried, for the audit entry
 */
public record NewConversion(
    String kind,
    boolean succeeded,
    Optional<FreeForm> report,
    Optional<Failure> failure,
    Optional<String> result,
    Optional<String> reason) {
  /** Most bytes of a report as JSON. */
  public static final int MAX_REPORT_BYTES = 64 * 1024;

  private static final Pattern KIND = Pattern.compile("[a-z0-9][a-z0-9._-]{0,63}");
  private static final Pattern REFERENCE =
      Pattern.compile("[a-z0-9][a-z0-9._-]{0,63}:[1-9][0-9]{0,8}");

  /**
   * Why a conversion failed.
   *
   * @param code name of an {@link ErrorCode}
   * @param message one sentence of up to 1,024 characters
   */
  public record Failure(ErrorCode code, String message) {
    private static final int MAX_CHARS = 1024;

    /**
     * Checks the message.
     *
     * @throws FlotillaException {@code INPUT_INVALID} if it is too long
     */
    public Failure {
      unless(
          message.length() <= MAX_CHARS,
          "the message of a failure has at most %d characters".formatted(MAX_CHARS));
    }
  }

  /**
   * Checks the parts against each other.
   *
   * @throws FlotillaException {@code INPUT_INVALID}
   */
  public NewConversion {
    requireKind(kind);
    unless(
        failure.isPresent() != succeeded,
        "a conversion has a failure if and only if it did not succeed");
    unless(succeeded || result.isEmpty(), "a conversion that did not succeed has no result");
    unless(
        result.map(text -> REFERENCE.matcher(text).matches()).orElse(true),
        "the result of a conversion is name:version");
    reason.ifPresent(Names::requireReason);
    unless(
        report.map(form -> form.sizeBytes() <= MAX_REPORT_BYTES).orElse(true),
        "the report of a conversion has at most %d bytes".formatted(MAX_REPORT_BYTES));
  }

  static void requireKind(String kind) {
    unless(KIND.matcher(kind).matches(), "a kind of conversion has 1 to 64 of a-z 0-9 . _ and -");
  }

  private static void unless(boolean holds, String sentence) {
    if (!holds) {
      throw new FlotillaException(ErrorCode.INPUT_INVALID, sentence);
    }
  }
}

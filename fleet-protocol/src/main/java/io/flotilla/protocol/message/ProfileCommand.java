package io.flotilla.protocol.message;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Tells one device to measure a version that it holds, signed by the controller: a DSSE envelope of
 * payload type {@link #PAYLOAD_TYPE} around this record's CBOR form. The device answers with {@link
 * ProfileReport}s.
 *
 * @param schema version of this message; 1
 * @param tenant the tenant it is meant for
 * @param deviceId the device it is meant for
 * @param job the job's id, 1 to 64 of {@code A-Z a-z 0-9 . _ -}; a device obeys each once
 * @param version the version to measure
 * @param validity when it may be accepted; at most {@link #MAX_VALIDITY_MS} long
 * @param threads numbers of threads to try, at most {@value #MAX_POINTS} different ones of 1 to
 *     {@value #MAX_THREADS}; none: 1, 2, 4 … up to the device's processors
 * @param budgetMs most time for measuring all of them, in milliseconds, {@value #MIN_BUDGET_MS} to
 *     {@value #MAX_BUDGET_MS}
 */
public record ProfileCommand(
    int schema,
    String tenant,
    String deviceId,
    String job,
    VersionRef version,
    Assignment.Validity validity,
    List<Integer> threads,
    long budgetMs) {
  /** DSSE payload type of a signed profile command. */
  public static final String PAYLOAD_TYPE = "application/vnd.flotilla.profile.v1+cbor";

  /** Most numbers of threads. */
  public static final int MAX_POINTS = 16;

  /** Most threads. */
  public static final int MAX_THREADS = 256;

  /** Shortest budget: 1 s. */
  public static final long MIN_BUDGET_MS = 1_000;

  /** Longest budget: 10 minutes. */
  public static final long MAX_BUDGET_MS = 600_000;

  /** Longest validity: 1 day. */
  public static final long MAX_VALIDITY_MS = 86_400_000;

  private static final Pattern JOB = Pattern.compile("[A-Za-z0-9._-]{1,64}");

  /**
   * Checks the ranges and copies the list.
   *
   * @throws FlotillaException {@code INPUT_INVALID}
   */
  public ProfileCommand {
    threads = List.copyOf(threads);
    requireJob(job);
    require(
        threads.size() <= MAX_POINTS
            && threads.stream().distinct().count() == threads.size()
            && threads.stream().allMatch(n -> n >= 1 && n <= MAX_THREADS),
        "a profile tries at most %d numbers of threads, each once, of 1 to %d"
            .formatted(MAX_POINTS, MAX_THREADS));
    require(
        budgetMs >= MIN_BUDGET_MS && budgetMs <= MAX_BUDGET_MS,
        "a profile takes 1 s to 10 minutes");
    require(
        validity.issuedAtMs() >= 0
            && validity.expiresAtMs() >= validity.issuedAtMs()
            && validity.expiresAtMs() - validity.issuedAtMs() <= MAX_VALIDITY_MS,
        "a profile command is good for at most a day");
  }

  /** Checks a job's id. */
  static void requireJob(String job) {
    require(JOB.matcher(job).matches(), "a profile job's id has 1 to 64 of A-Z a-z 0-9 . _ -");
  }

  private static void require(boolean holds, String sentence) {
    if (!holds) {
      throw new FlotillaException(ErrorCode.INPUT_INVALID, sentence);
    }
  }
}

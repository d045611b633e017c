package io.flotilla.controller.profiling;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.protocol.message.ProfileReport;
import io.flotilla.registry.name.Names;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * A profile that was measured somewhere.
 *
 * @param deviceClass what machines the figures are good for: 1 to 128 of A-Z a-z 0-9 . _ : / -
 * @param machine what it was measured on, as text, numbers and truth values by name; at most 32 of
 *     up to 256 characters
 * @param points the figures, 1 to 64, one for each number of threads
 * @param recommendedThreads the threads of one of the points
 * @param atMs when it was measured, Unix time in milliseconds of the machine
 * @param reason why it is handed in, for the audit entry
 */
public record NewProfile(
    String deviceClass,
    Map<String, Object> machine,
    List<ProfileReport.Point> points,
    int recommendedThreads,
    long atMs,
    Optional<String> reason) {
  private static final Pattern CLASS = Pattern.compile("[A-Za-z0-9._:/-]{1,128}");
  private static final int MAX_FACTS = 32;
  private static final int MAX_CHARS = 256;
  private static final int MAX_POINTS = 64;

  /**
   * Checks the limits.
   *
   * @throws FlotillaException {@code INPUT_INVALID}
   */
  public NewProfile {
    points = List.copyOf(points);
    machine = Collections.unmodifiableSortedMap(new TreeMap<>(machine));
    unless(
        CLASS.matcher(deviceClass).matches(),
        "a class of devices has 1 to 128 of A-Z a-z 0-9 . _ : / -");
    unless(
        machine.size() <= MAX_FACTS
            && machine.entrySet().stream()
                .allMatch(f -> f.getKey().length() <= MAX_CHARS && plain(f.getValue())),
        "a profile has at most %d plain facts of its machine, each of up to %d characters"
            .formatted(MAX_FACTS, MAX_CHARS));
    unless(
        !points.isEmpty()
            && points.size() <= MAX_POINTS
            && points.stream().mapToInt(ProfileReport.Point::threads).distinct().count()
                == points.size(),
        "a profile has 1 to %d points, one for each number of threads".formatted(MAX_POINTS));
    int threads = recommendedThreads;
    unless(
        points.stream().anyMatch(point -> point.threads() == threads),
        "the recommended number of threads is that of one of the points");
    reason.ifPresent(Names::requireReason);
    unless(atMs >= 0, "the time of a profile is 0 or more");
  }

  /** The point with the recommended number of threads. */
  ProfileReport.Point recommended() {
    return points.stream()
        .filter(point -> point.threads() == recommendedThreads)
        .findFirst()
        .orElseThrow();
  }

  private static boolean plain(Object value) {
    return value instanceof Number
        || value instanceof Boolean
        || (value instanceof String text && text.length() <= MAX_CHARS);
  }

  private static void unless(boolean holds, String sentence) {
    if (!holds) {
      throw new FlotillaException(ErrorCode.INPUT_INVALID, sentence);
    }
  }
}

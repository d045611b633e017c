package io.flotilla.controller.governance;

import io.flotilla.protocol.message.VersionRef;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A device running a version from one time to another. Times are those at which the controller
 * heard of it, so that all devices have the same clock; a device that was away tells later than it
 * happened. A device that goes offline runs on, as far as anybody knows. Of one device no two
 * intervals overlap, and their beginnings are in the order of their numbers.
 *
 * @param device its id
 * @param number counted from 1 for each device
 * @param version what it ran
 * @param fromMs Unix time in milliseconds of the first word of it
 * @param toMs the same of the first word of something else, at or after {@code fromMs}; empty while
 *     it runs
 * @param rollout the rollout that brought the version there; empty if that is not known
 * @param assignment number of the assignment that the device carried out; 0 if there was none
 */
record RunningInterval(
    String device,
    long number,
    VersionRef version,
    long fromMs,
    OptionalLong toMs,
    Optional<String> rollout,
    long assignment) {

  RunningInterval closed(long atMs) {
    return new RunningInterval(
        device, number, version, fromMs, OptionalLong.of(atMs), rollout, assignment);
  }

  /** Whether it ran at this time; the end is not part of it. */
  boolean contains(long atMs) {
    return fromMs <= atMs && (toMs.isEmpty() || atMs < toMs.getAsLong());
  }

  /** Whether it ran at any time from {@code begin} to before {@code end}. */
  boolean overlaps(long begin, long end) {
    return fromMs < end && (toMs.isEmpty() || toMs.getAsLong() > begin || contains(begin));
  }

  /** How long before or after it ran this is, in milliseconds; 0 within. */
  long distance(long atMs) {
    if (atMs < fromMs) {
      return fromMs - atMs;
    }
    return toMs.isEmpty() ? 0 : Math.max(0, atMs - toMs.getAsLong());
  }

  String byDevice() {
    return ofDevice(device, number);
  }

  String byVersion() {
    return ofVersion(version.model(), version.version()) + onDevice();
  }

  /** The part of {@link #byVersion} that follows the version. */
  String onDevice() {
    return String.format(Locale.ROOT, "%s/%010d", device, number);
  }

  static String ofDevice(String device, long number) {
    return String.format(Locale.ROOT, "%s/%010d", device, number);
  }

  static String ofVersion(String model, int version) {
    return String.format(Locale.ROOT, "%s/%010d/", model, version);
  }
}

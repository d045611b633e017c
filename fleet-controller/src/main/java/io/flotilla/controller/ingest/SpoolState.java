package io.flotilla.controller.ingest;

import io.flotilla.protocol.message.Limits;
import java.util.ArrayList;
import java.util.List;

/**
 * How far a device's spool is stored. Go-back-N: only the next message is accepted, so that what is
 * stored is always a prefix of the spool and one number acknowledges it.
 *
 * <pre>
 * number = through + 1   accept, through grows
 * number ≤ through       a repetition: acknowledge again
 * number > through + 1   something is missing before it: wait for the device to repeat from there
 * 1 of a spool never     the hello that announced it was lost: begin with it
 * heard of
 * </pre>
 *
 * <p>A device gives up only what it was told is stored. So if it gave up more than is known here,
 * these records were set back to an older copy, and {@link #reachedBy} takes the device's word:
 * nothing else could ever come next.
 *
 * @param spoolId the spool; a wiped device has a new one
 * @param through the last number stored; 0 if none
 * @param dropped messages of this device that were refused, over all its spools
 * @param complainedAtMs Unix time in milliseconds of the last event about that; 0 if none
 * @param retired the last spools before this one, which are not listened to any more
 */
record SpoolState(
    String spoolId, long through, long dropped, long complainedAtMs, List<String> retired) {
  /** At most one event about refused messages of a device in this time. */
  static final long COMPLAINT_PAUSE_MILLIS = 60_000;

  private static final int MAX_RETIRED = 8;

  /** Copies the list. */
  SpoolState {
    retired = List.copyOf(retired);
  }

  /** What to do with a message of the spool. */
  enum Verdict {
    ACCEPT,
    REPEATED,
    AHEAD,
    FIRST_OF_NEW_SPOOL,
    OTHER_SPOOL
  }

  static SpoolState begin(String spoolId) {
    return new SpoolState(spoolId, 0, 0, 0, List.of());
  }

  Verdict judge(String messageSpoolId, long sequence) {
    if (!spoolId.equals(messageSpoolId)) {
      boolean isNew = sequence == 1 && !retired.contains(messageSpoolId);
      return isNew ? Verdict.FIRST_OF_NEW_SPOOL : Verdict.OTHER_SPOOL;
    }
    if (sequence == through + 1) {
      return Verdict.ACCEPT;
    }
    return sequence <= through ? Verdict.REPEATED : Verdict.AHEAD;
  }

  SpoolState accepted() {
    return new SpoolState(spoolId, through + 1, dropped, complainedAtMs, retired);
  }

  /**
   * The same spool, at least as far as its device was told. Without effect unless this was set back
   * to an older copy, however late or often a hello arrives: the device cannot have been told more
   * than was stored. A number beyond {@link Limits#MAX_CLAIMED_NUMBER} is not believed.
   *
   * @param released the last number that the device was told is stored
   */
  SpoolState reachedBy(long released) {
    return released > through && released <= Limits.MAX_CLAIMED_NUMBER
        ? new SpoolState(spoolId, released, dropped, complainedAtMs, retired)
        : this;
  }

  /** The same device with a new, empty spool. */
  SpoolState replacedBy(String newSpoolId) {
    List<String> left = new ArrayList<>(retired);
    left.add(spoolId);
    int from = Math.max(0, left.size() - MAX_RETIRED);
    return new SpoolState(newSpoolId, 0, dropped, complainedAtMs, left.subList(from, left.size()));
  }

  SpoolState oneDropped() {
    return new SpoolState(spoolId, through, dropped + 1, complainedAtMs, retired);
  }

  boolean mayComplain(long nowMs) {
    return complainedAtMs == 0 || nowMs - complainedAtMs >= COMPLAINT_PAUSE_MILLIS;
  }

  SpoolState complained(long nowMs) {
    return new SpoolState(spoolId, through, dropped, nowMs, retired);
  }
}

package io.flotilla.controller.alert;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.controller.device.Selector;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What an alert rule looks at.
 *
 * @param kind what is counted
 * @param selector of which devices; for {@code EVENT}, only events about these devices
 * @param seconds for {@code OFFLINE}: how long a device has been away at least; for {@code EVENT}:
 *     how far back events count, 1 to {@value #MAX_SECONDS}; empty otherwise
 * @param type for {@code EVENT}: what the events' types begin with; empty otherwise
 * @param count so many devices or events at least, 1 or more
 * @param share so large a part of the devices at least, over 0 to 1; in place of {@code count}, not
 *     for events
 */
public record Condition(
    Kind kind,
    String selector,
    Optional<Long> seconds,
    Optional<String> type,
    Optional<Integer> count,
    Optional<Double> share) {
  /** Longest time: 7 days. */
  static final long MAX_SECONDS = 604_800;

  private static final Pattern TYPE = Pattern.compile("io\\.flotilla(\\.[a-z]{1,40}){1,4}");

  /** What is counted. */
  public enum Kind {
    /** Devices that have not been connected for some time. */
    OFFLINE,
    /** Devices whose inputs are flagged as drifted. */
    DRIFTING,
    /** Devices that do not run what they shall. */
    UNCONVERGED,
    /** Devices in quarantine. */
    QUARANTINED,
    /** Events. */
    EVENT
  }

  /**
   * Checks everything.
   *
   * @throws FlotillaException {@code INPUT_INVALID}, {@code SELECTOR_INVALID}
   */
  public Condition {
    var _ = Selector.parse(selector);
    boolean timed = kind == Kind.OFFLINE || kind == Kind.EVENT;
    require(
        seconds.isPresent() == timed && seconds.filter(s -> s < 1 || s > MAX_SECONDS).isEmpty(),
        "offline and event have seconds, 1 to " + MAX_SECONDS + "; nothing else has");
    require(
        type.isPresent() == (kind == Kind.EVENT)
            && type.filter(t -> !TYPE.matcher(t).matches()).isEmpty(),
        "an event condition has the beginning of event types, such as io.flotilla.rollout.halted");
    require(
        type.filter(t -> t.startsWith(Alerts.OWN_EVENTS) || Alerts.OWN_EVENTS.startsWith(t + "."))
            .isEmpty(),
        "an alert is no condition of an alert");
    require(
        count.isPresent() != share.isPresent()
            && count.filter(n -> n < 1).isEmpty()
            && share.filter(part -> !(part > 0 && part <= 1)).isEmpty()
            && (share.isEmpty() || kind != Kind.EVENT),
        "a condition has a count of 1 or more, or, of devices, a share over 0 to 1");
  }

  /** Whether so many of so many are enough. */
  boolean holds(long found, long of) {
    return count.map(n -> found >= n).orElseGet(() -> found > 0 && found >= share.orElse(1.0) * of);
  }

  private static void require(boolean holds, String sentence) {
    if (!holds) {
      throw new FlotillaException(ErrorCode.INPUT_INVALID, sentence);
    }
  }
}

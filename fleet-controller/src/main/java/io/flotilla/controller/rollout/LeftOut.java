package io.flotilla.controller.rollout;

import io.flotilla.bundle.environment.Unfit;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.protocol.message.VersionRef;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Devices that a rollout's selector matches and that it passes by, because they cannot run the
 * version.
 *
 * @param devices why, by device; none if all can
 */
public record LeftOut(SortedMap<String, List<Unfit>> devices) {
  /** Nobody. */
  public static final LeftOut NOBODY = new LeftOut(new TreeMap<>());

  private static final int NAMED_DEVICES = 5;
  private static final int NAMED_REASONS = 2;

  /** Copies the map. */
  public LeftOut {
    devices = Collections.unmodifiableSortedMap(new TreeMap<>(devices));
  }

  static LeftOut of(Map<String, List<Unfit>> unfit) {
    return new LeftOut(new TreeMap<>(unfit));
  }

  /**
   * The refusal of a rollout that would reach these devices.
   *
   * @param of how many devices its selector matches
   */
  FlotillaException refusal(VersionRef version, int of) {
    String named =
        devices.entrySet().stream()
            .limit(NAMED_DEVICES)
            .map(device -> device.getKey() + " (" + reasons(device.getValue()) + ")")
            .collect(Collectors.joining(", "));
    String more =
        devices.size() > NAMED_DEVICES
            ? " and %d more".formatted(devices.size() - NAMED_DEVICES)
            : "";
    String way =
        devices.size() < of
            ? "narrow the selector, or leave them out with \"skipUnfit\": true"
            : "choose another version or other devices";
    return new FlotillaException(
        ErrorCode.DEVICE_UNFIT,
        "%d of %d devices cannot run %s: %s%s; %s"
            .formatted(devices.size(), of, version, named, more, way));
  }

  private static String reasons(List<Unfit> reasons) {
    String named =
        reasons.stream()
            .limit(NAMED_REASONS)
            .map(reason -> reason.kind() + ": " + reason.message())
            .collect(Collectors.joining("; "));
    return reasons.size() > NAMED_REASONS ? named + "; …" : named;
  }
}

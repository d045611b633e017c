package io.flotilla.simulator.fleet;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.simulator.camera.Camera;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How many cameras to degrade, and how.
 *
 * @param counts devices by kind, in the order given; each count ≥ 1
 */
public record Degradations(Map<Camera, Integer> counts) {
  /** Nothing is degraded. */
  public static final Degradations NONE = new Degradations(Map.of());

  /** Copies the map. */
  public Degradations {
    counts = Collections.unmodifiableMap(new LinkedHashMap<>(counts));
  }

  /**
   * Reads {@code blur:4,gain:2}.
   *
   * @throws FlotillaException {@code INPUT_INVALID} if it does not have that form
   */
  public static Degradations parse(String text) {
    Map<Camera, Integer> counts = new LinkedHashMap<>();
    for (String part : List.of(text.split(",", -1))) {
      List<String> sides = List.of(part.strip().split(":", -1));
      if (sides.size() != 2 || !sides.getLast().matches("[1-9][0-9]{0,4}")) {
        throw invalid("degradations read like blur:4,gain:2, not '%s'".formatted(text));
      }
      if (counts.put(Camera.parse(sides.getFirst()), Integer.valueOf(sides.getLast())) != null) {
        throw invalid("'%s' names a kind twice".formatted(text));
      }
    }
    return new Degradations(counts);
  }

  /**
   * Chooses the devices.
   *
   * @param devices ids to choose from
   * @param seed decides which
   * @return cameras by id; each device at most once
   * @throws FlotillaException {@code INPUT_INVALID} if there are not enough devices
   */
  public SortedMap<String, Camera> choose(List<String> devices, long seed) {
    List<String> order = new ArrayList<>(devices);
    Collections.shuffle(order, new Random(seed));
    SortedMap<String, Camera> chosen = new TreeMap<>();
    for (Map.Entry<Camera, Integer> entry : counts.entrySet()) {
      for (int i = 0; i < entry.getValue(); i++) {
        if (chosen.size() == order.size()) {
          throw invalid("there are only %d devices to degrade".formatted(devices.size()));
        }
        chosen.put(order.get(chosen.size()), entry.getKey());
      }
    }
    return chosen;
  }

  private static FlotillaException invalid(String message) {
    return new FlotillaException(ErrorCode.INPUT_INVALID, message);
  }
}

package io.flotilla.rollout.plan;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * In which order devices have their turn.
 *
 * @param order the devices, each once
 * @param reaches for each wave, how many devices have had their turn once it is over; never less
 *     than for the wave before; for the last one all
 */
public record Placement(List<String> order, List<Integer> reaches) {
  /** Copies the lists. */
  public Placement {
    order = List.copyOf(order);
    reaches = List.copyOf(reaches);
  }

  /**
   * Places devices: chosen ones in the wave that chose them first, the others by id.
   *
   * @param devices the rollout's devices, 1 or more
   * @param chosen what the waves of that index chose, where they do; devices outside of the rollout
   *     count for nothing
   * @throws io.flotilla.bundle.failure.FlotillaException {@code ROLLOUT_PLAN_INVALID} if a wave
   *     reaches less far than the one before it, chooses nobody, or the last one does not reach
   *     every device
   */
  public static Placement of(
      List<WavePlan> waves, Collection<String> devices, Map<Integer, Set<String>> chosen) {
    TreeSet<String> all = new TreeSet<>(devices);
    TreeSet<String> free = new TreeSet<>(all);
    chosen.values().forEach(free::removeAll);
    TreeSet<String> kept = new TreeSet<>(all);
    kept.removeAll(free);
    LinkedHashSet<String> order = new LinkedHashSet<>();
    List<Integer> reaches = new ArrayList<>();
    for (int index = 0; index < waves.size(); index++) {
      int reach =
          switch (waves.get(index).size()) {
            case WaveSize.Count count -> Math.min(count.devices(), all.size());
            case WaveSize.Percent percent -> percent.of(all.size());
            case WaveSize.Chosen wave ->
                choose(order, all, chosen.getOrDefault(index, Set.of()), wave, index);
          };
      if (reach < order.size()) {
        throw PlanInvalid.because(
            "wave %d reaches %d devices, fewer than the %d of the wave before: sizes are cumulative"
                .formatted(index + 1, reach, order.size()));
      }
      fill(order, free, reach);
      fill(order, kept, reach);
      reaches.add(reach);
    }
    if (order.size() < all.size()) {
      throw PlanInvalid.because(
          "the waves end at %d of %d devices: add {\"percent\": 100}, or narrow the selector"
              .formatted(order.size(), all.size()));
    }
    return new Placement(List.copyOf(order), reaches);
  }

  private static int choose(
      Set<String> order, Set<String> all, Set<String> wanted, WaveSize.Chosen wave, int index) {
    List<String> mine = new TreeSet<>(wanted).stream().filter(all::contains).toList();
    if (mine.isEmpty()) {
      throw PlanInvalid.because(
          "wave %d chooses no device of this rollout: %s".formatted(index + 1, wave.what()));
    }
    order.addAll(mine);
    return order.size();
  }

  private static void fill(Set<String> order, TreeSet<String> from, int reach) {
    while (order.size() < reach && !from.isEmpty()) {
      order.add(from.pollFirst());
    }
  }
}

package io.flotilla.drift;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Finds devices that drifted alike. */
public final class Cohorts {
  private Cohorts() {}

  /**
   * Groups devices whose counters do not differ from one another: each device, by ascending id,
   * joins the nearest group that its counters do not differ from, or founds one. Two samples differ
   * if their largest distance is over both the family bound for their sizes and the threshold of
   * the reference cohort, which stands for the differences between rows that are no drift.
   *
   * @param byDevice each device's counters, merged over the windows to go by; all of one baseline
   * @param baseline the baseline that they were counted with
   * @return ids in ascending order in each group; larger groups first, then by first id. Devices
   *     without rows are left out
   */
  public static List<List<String>> group(Map<String, WindowCounters> byDevice, Baseline baseline) {
    List<Group> groups = new ArrayList<>();
    for (Map.Entry<String, WindowCounters> device : new TreeMap<>(byDevice).entrySet()) {
      WindowCounters counters = device.getValue();
      if (counters.rows() == 0) {
        continue;
      }
      groups.stream()
          .filter(group -> group.excess(counters, baseline) <= 0)
          .min(Comparator.comparingDouble(group -> group.excess(counters, baseline)))
          .ifPresentOrElse(
              group -> group.join(device.getKey(), counters),
              () -> groups.add(new Group(device.getKey(), counters)));
    }
    groups.sort(
        Comparator.comparingInt((Group group) -> -group.devices.size())
            .thenComparing(group -> group.devices.getFirst()));
    return groups.stream().map(group -> List.copyOf(group.devices)).toList();
  }

  private static final class Group {
    private final List<String> devices = new ArrayList<>();
    private WindowCounters pooled;

    Group(String founder, WindowCounters counters) {
      devices.add(founder);
      pooled = counters;
    }

    void join(String device, WindowCounters counters) {
      devices.add(device);
      pooled = pooled.merge(counters);
    }

    /** How far over the bound the counters lie from the group's; at most 0 if they are alike. */
    double excess(WindowCounters counters, Baseline baseline) {
      double bound =
          Math.max(
              Calibration.familyBound(baseline.bins().size(), counters.rows(), pooled.rows()),
              baseline.reference().thresholdFor(counters.rows(), baseline.windowRows()));
      return Statistics.deviation(pooled, counters) - bound;
    }
  }
}

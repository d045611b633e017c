package io.flotilla.controller.rollout;

import io.flotilla.controller.catalog.VersionCatalog;
import io.flotilla.rollout.plan.Arm;
import io.flotilla.rollout.plan.Pace;
import io.flotilla.rollout.plan.Placement;
import io.flotilla.rollout.plan.RolloutPlan;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a rollout would do, before anything moves. */
final class PreviewView {
  /** Most refusals and most conflicts named. */
  static final int MAX_NAMED = 1_000;

  private static final double SECONDS_A_MINUTE = 60;

  private PreviewView() {}

  /**
   * Tells of a draft.
   *
   * @param id the rollout's, which decides who gets which arm
   */
  static Map<String, Object> of(RolloutDraft draft, String id, VersionCatalog catalog) {
    Placement placement = draft.placement();
    Map<String, Long> sizes = new HashMap<>();
    for (Arm arm : draft.plan().cargo().arms()) {
      sizes.put(
          arm.name(),
          catalog.available(arm.version()).map(known -> known.archive().sizeBytes()).orElse(0L));
    }
    List<Map<String, Object>> waves = new ArrayList<>();
    int from = 0;
    long total = 0;
    for (int reach : placement.reaches()) {
      long bytes = 0;
      for (String device : placement.order().subList(from, reach)) {
        bytes += sizes.getOrDefault(draft.plan().cargo().of(id, device).name(), 0L);
      }
      waves.add(Map.of("devices", reach - from, "bytes", bytes));
      total += bytes;
      from = reach;
    }
    Map<String, Object> view = new LinkedHashMap<>();
    view.put("devices", placement.order().size());
    view.put("waves", waves);
    view.put("bytes", total);
    view.put("estimatedSeconds", seconds(draft.plan(), placement));
    view.put(
        "refusals",
        draft.unfit().entrySet().stream()
            .limit(MAX_NAMED)
            .map(entry -> Map.of("device", entry.getKey(), "reasons", entry.getValue()))
            .toList());
    view.put(
        "conflicts",
        draft.conflicts().stream()
            .limit(MAX_NAMED)
            .map(c -> Map.of("device", c.device(), "rollout", c.rollout(), "state", c.state()))
            .toList());
    return view;
  }

  /** The least that pace and soak let it take, if every device succeeds at once. */
  private static long seconds(RolloutPlan plan, Placement placement) {
    double seconds = plan.waves().stream().mapToLong(wave -> wave.soakSeconds()).sum();
    if (plan.pace().rate().isPresent()) {
      Pace.Rate rate = plan.pace().rate().get();
      for (int done = 0; done < placement.order().size(); done++) {
        seconds += SECONDS_A_MINUTE / rate.after(done);
      }
    }
    return (long) Math.ceil(seconds);
  }
}

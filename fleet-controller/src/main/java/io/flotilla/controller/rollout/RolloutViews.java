package io.flotilla.controller.rollout;

import io.flotilla.controller.core.Table;
import io.flotilla.controller.rollout.RolloutRecords.GateDecision;
import io.flotilla.controller.rollout.RolloutRecords.Reading;
import io.flotilla.rollout.engine.Rollout;
import io.flotilla.rollout.engine.Tally;
import io.flotilla.rollout.engine.Target;
import io.flotilla.rollout.engine.TargetState;
import io.flotilla.rollout.engine.Wave;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Rollouts as the API shows them. Confined to one answer. */
final class RolloutViews {
  /** Rollouts of more devices are shown without them: see their targets. */
  static final int MAX_SHOWN = 1_000;

  private final Reading records;

  RolloutViews(Reading records) {
    this.records = records;
  }

  /** One rollout, with its devices if they are not too many. */
  Map<String, @Nullable Object> whole(Rollout rollout) {
    return view(rollout, rollout.devices() <= MAX_SHOWN);
  }

  /** One rollout in a list: without its devices. */
  Map<String, @Nullable Object> summary(Rollout rollout) {
    return view(rollout, false);
  }

  private Map<String, @Nullable Object> view(Rollout rollout, boolean shown) {
    Map<String, @Nullable Object> view = header(rollout);
    StoredTargets targets = new StoredTargets(records, rollout);
    List<Map<String, Object>> waves = new ArrayList<>();
    int from = 0;
    for (int index = 0; index < rollout.waves().size(); index++) {
      Wave wave = rollout.waves().get(index);
      List<Map<String, @Nullable Object>> devices = new ArrayList<>();
      for (int position = from; shown && position < wave.reach(); position++) {
        devices.add(target(targets.at(position)));
      }
      from = wave.reach();
      Map<String, Object> one = new LinkedHashMap<>();
      one.put("index", index);
      one.put("open", index < rollout.progress().openWaves());
      one.put("counts", counts(wave.tally()));
      one.put("devices", devices);
      waves.add(one);
    }
    view.put("waves", waves);
    view.put(
        "skipped",
        records
            .get(RolloutRecords.LEFT_OUT, rollout.id())
            .orElse(LeftOut.NOBODY)
            .devices()
            .entrySet()
            .stream()
            .map(device -> Map.of("device", device.getKey(), "reasons", device.getValue()))
            .toList());
    return view;
  }

  private static Map<String, @Nullable Object> header(Rollout rollout) {
    Map<String, @Nullable Object> view = new LinkedHashMap<>();
    view.put("id", rollout.id());
    view.put("model", rollout.version().model());
    view.put("version", rollout.version().version());
    view.put("bundle", rollout.version().bundle());
    view.put("arms", arms(rollout));
    view.put("selector", rollout.plan().audience().selector());
    view.put("state", rollout.state().name());
    view.put("openWaves", rollout.progress().openWaves());
    view.put("counts", counts(rollout.tally()));
    view.put("maxFailures", value(rollout.plan().tolerance().maxFailures()));
    view.put("deploymentTimeoutSeconds", rollout.plan().tolerance().deploymentTimeoutSeconds());
    view.put("skipUnfit", rollout.plan().audience().skipUnfit());
    view.put("lateJoiners", rollout.plan().audience().lateJoiners());
    view.put("priority", rollout.plan().audience().priority());
    view.put("createdAtMs", rollout.origin().createdAtMs());
    view.put("createdBy", rollout.origin().createdBy());
    view.put("reason", rollout.notes().reason().orElse(null));
    return view;
  }

  private static @Nullable Integer value(OptionalInt number) {
    return number.isPresent() ? number.getAsInt() : null;
  }

  private static List<Map<String, Object>> arms(Rollout rollout) {
    return rollout.plan().cargo().arms().stream()
        .map(
            arm -> {
              Tally tally =
                  rollout.waves().stream()
                      .map(wave -> wave.arms().getOrDefault(arm.name(), Tally.EMPTY))
                      .reduce(Tally.EMPTY, Tally::plus);
              Map<String, Object> view = new LinkedHashMap<>();
              view.put("name", arm.name());
              view.put("version", arm.version().version());
              view.put("share", arm.share());
              view.put("control", arm.control());
              view.put("counts", counts(tally));
              return view;
            })
        .toList();
  }

  private static Map<String, Integer> counts(Tally tally) {
    Map<String, Integer> counts = new TreeMap<>();
    tally.counts().forEach((state, count) -> counts.put(state.name(), count));
    return counts;
  }

  private static Map<String, @Nullable Object> target(Target target) {
    Map<String, @Nullable Object> view = new LinkedHashMap<>();
    view.put("id", target.device());
    view.put("state", target.state().name());
    view.put("code", target.code().orElse(null));
    view.put("assignment", target.assignment());
    view.put("arm", target.place().arm());
    return view;
  }

  /**
   * A page of the devices of a rollout, in the order of their turns.
   *
   * @param wanted only those in this state; all if empty
   * @param after position of the last one of the page before; -1 to begin
   */
  Map<String, @Nullable Object> targets(
      Rollout rollout, Optional<TargetState> wanted, int after, int limit) {
    StoredTargets targets = new StoredTargets(records, rollout);
    List<Map<String, @Nullable Object>> items = new ArrayList<>();
    int position = after + 1;
    while (position < rollout.devices() && items.size() < limit) {
      Target target = targets.at(position);
      if (wanted.isEmpty() || wanted.get() == target.state()) {
        Map<String, @Nullable Object> view = target(target);
        view.put("wave", target.place().wave());
        view.put("position", position);
        view.put("previous", target.previous().map(Object::toString).orElse(null));
        items.add(view);
      }
      position++;
    }
    Map<String, @Nullable Object> answer = new LinkedHashMap<>();
    answer.put("items", items);
    answer.put("next", position < rollout.devices() ? Integer.toString(position - 1) : null);
    return answer;
  }

  /** A page of what the gates of a rollout decided, the oldest first. */
  Map<String, @Nullable Object> decisions(Rollout rollout, String after, int limit) {
    String prefix = rollout.id() + "/";
    List<Table.Row<GateDecision>> rows =
        records.scan(
            RolloutRecords.DECISIONS, prefix, after.isEmpty() ? "" : prefix + after, limit);
    Map<String, @Nullable Object> answer = new LinkedHashMap<>();
    answer.put("items", rows.stream().map(row -> decision(row.value())).toList());
    answer.put("next", rows.size() < limit ? null : rows.getLast().id().substring(prefix.length()));
    return answer;
  }

  private static Map<String, Object> decision(GateDecision decision) {
    Map<String, Object> view = new LinkedHashMap<>();
    view.put("atMs", decision.atMs());
    view.put("gate", decision.verdict().gate());
    view.put("arm", decision.verdict().arm());
    view.put("wave", decision.verdict().wave());
    view.put("outcome", decision.verdict().outcome().name());
    view.put("numbers", decision.verdict().numbers());
    view.put("message", decision.verdict().message());
    return view;
  }
}

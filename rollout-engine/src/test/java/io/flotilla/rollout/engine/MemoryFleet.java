package io.flotilla.rollout.engine;

import io.flotilla.protocol.message.VersionRef;
import io.flotilla.rollout.engine.RolloutEngine.Step;
import io.flotilla.rollout.plan.Placement;
import io.flotilla.rollout.plan.RolloutPlan;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * One rollout and its devices in memory. A step is applied whole or not at all, as the controller
 * does it in one transaction.
 */
final class MemoryFleet implements Targets, Devices {
  static final VersionRef OLD = new VersionRef("digits", 1, "1".repeat(64));

  /** The rollout as it is stored. */
  Rollout rollout;

  final Map<String, Target> touched = new TreeMap<>();
  private final List<String> order;
  final Map<String, Long> numbers = new HashMap<>();
  final Map<String, Optional<VersionRef>> runs = new HashMap<>();
  final Map<String, String> barred = new HashMap<>();
  final Map<String, ZoneId> zones = new HashMap<>();
  final List<VersionRef> deleted = new ArrayList<>();

  MemoryFleet(RolloutPlan plan, Placement placement, Rollout.Origin origin) {
    this.rollout = RolloutEngine.create("rollout-1", plan, origin, placement);
    this.order = new ArrayList<>(placement.order());
    order.forEach(device -> runs.put(device, Optional.of(OLD)));
  }

  /** Decides without storing anything. */
  Step decide(RolloutInput input, Moment now) {
    return RolloutEngine.apply(rollout, input, now, this, this);
  }

  /** Stores a step whole. */
  void store(Step step) {
    rollout = step.rollout();
    for (Target target : step.changed()) {
      touched.put(target.device(), target);
      if (target.place().position() == order.size()) {
        order.add(target.device());
      }
    }
    for (RolloutAction action : step.actions()) {
      switch (action) {
        case RolloutAction.Assign assign -> numbers.put(assign.device(), assign.number());
        case RolloutAction.GiveBack back ->
            numbers.compute(back.device(), (device, number) -> back.number() + 1);
        case RolloutAction.Announce announce -> {}
        case RolloutAction.Keep keep -> {}
      }
    }
  }

  List<Target> all() {
    List<Target> all = new ArrayList<>();
    for (int position = 0; position < order.size(); position++) {
      all.add(at(position));
    }
    return all;
  }

  @Override
  public Optional<Target> find(String device) {
    return Optional.ofNullable(touched.get(device));
  }

  @Override
  public Target at(int position) {
    String device = order.get(position);
    Target known = touched.get(device);
    return known != null ? known : rollout.pending(position, device);
  }

  @Override
  public List<Target> overdue(long steadyMs, int limit) {
    return due(TargetState.ASSIGNED, steadyMs, limit);
  }

  @Override
  public List<Target> ready(long wallMs, int limit) {
    return due(TargetState.WAITING, wallMs, limit);
  }

  private List<Target> due(TargetState state, long nowMs, int limit) {
    return touched.values().stream()
        .filter(target -> target.state() == state && target.dueMs() <= nowMs)
        .sorted(
            Comparator.comparingLong(Target::dueMs)
                .thenComparingInt(target -> target.place().position()))
        .limit(limit)
        .toList();
  }

  @Override
  public long nextNumber(String device) {
    return numbers.getOrDefault(device, 0L) + 1;
  }

  @Override
  public Optional<VersionRef> previous(String device) {
    return runs.getOrDefault(device, Optional.empty());
  }

  @Override
  public boolean holds(String device, long number) {
    return numbers.getOrDefault(device, 0L) == number;
  }

  @Override
  public Optional<String> barred(String device) {
    return Optional.ofNullable(barred.get(device));
  }

  @Override
  public ZoneId zone(String device) {
    return zones.getOrDefault(device, ZoneOffset.UTC);
  }

  @Override
  public boolean available(VersionRef version) {
    return !deleted.contains(version);
  }
}

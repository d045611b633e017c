package io.flotilla.controller.gate;

import io.flotilla.controller.catalog.KnownVersion;
import io.flotilla.controller.catalog.VersionCatalog;
import io.flotilla.controller.core.BatchRunner;
import io.flotilla.controller.core.MemoryStore;
import io.flotilla.controller.core.Transaction;
import io.flotilla.controller.device.DeviceDirectory;
import io.flotilla.controller.device.DeviceRecord;
import io.flotilla.protocol.message.Assignment;
import io.flotilla.protocol.message.HardwareFacts;
import io.flotilla.protocol.message.HealthReport;
import io.flotilla.protocol.message.VersionRef;
import io.flotilla.rollout.engine.Devices;
import io.flotilla.rollout.engine.Moment;
import io.flotilla.rollout.engine.Rollout;
import io.flotilla.rollout.engine.RolloutAction;
import io.flotilla.rollout.engine.RolloutEngine;
import io.flotilla.rollout.engine.RolloutInput;
import io.flotilla.rollout.engine.Target;
import io.flotilla.rollout.engine.TargetState;
import io.flotilla.rollout.engine.Targets;
import io.flotilla.rollout.gate.Verdict;
import io.flotilla.rollout.plan.Placement;
import io.flotilla.rollout.plan.RolloutPlan;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/** Devices, the real gates on a store, and one rollout in the real engine. */
final class GatedFleet implements GatedRollouts, Targets, Devices {
  static final long MACHINE_BYTES = 1L << 30;

  final DeviceDirectory devices;
  final Gates gates;
  final List<Verdict> kept = new ArrayList<>();
  final Map<String, VersionRef> runs = new TreeMap<>();
  long nowMs = 1_000_000;

  private final BatchRunner runner;
  private final Map<String, Target> touched = new HashMap<>();
  private final Map<String, Long> numbers = new HashMap<>();
  private final List<String> order = new ArrayList<>();
  private Optional<Rollout> rollout = Optional.empty();

  GatedFleet(int size) {
    MemoryStore store = new MemoryStore();
    this.devices = new DeviceDirectory(store);
    this.runner = new BatchRunner(store);
    VersionCatalog catalog =
        (model, version) ->
            version > 3
                ? Optional.empty()
                : Optional.of(
                    new KnownVersion(
                        ref(version), new Assignment.Archive(1, "a", "b"), true, Optional.empty()));
    this.gates = new Gates(devices, catalog, this);
    for (int d = 0; d < size; d++) {
      enrol("d%03d".formatted(d), Map.of("site", "s" + d % 4));
    }
  }

  private void enrol(String id, Map<String, String> labels) {
    HardwareFacts hardware =
        new HardwareFacts("Linux", "amd64", 2, MACHINE_BYTES, "1.29", List.of(), Optional.empty());
    DeviceRecord device =
        DeviceRecord.enrolled(id, labels, DeviceRecord.Identity.of(1, "1", "00"))
            .withHardware(hardware);
    runner.decide(
        tx -> {
          devices.put(tx, device);
          return true;
        });
    runs.put(id, ref(1));
  }

  static VersionRef ref(int version) {
    return new VersionRef("digits", version, Integer.toString(version).repeat(64));
  }

  Rollout rollout() {
    return rollout.orElseThrow();
  }

  /** Creates and starts the rollout over all devices. */
  void start(RolloutPlan plan) {
    Placement placement = Placement.of(plan.waves(), runs.keySet(), Map.of());
    order.addAll(placement.order());
    rollout =
        Optional.of(
            RolloutEngine.create(
                "rollout-000001", plan, new Rollout.Origin(nowMs, "tests"), placement));
    input(new RolloutInput.Start());
  }

  /** What a device runs. */
  VersionRef running(String device) {
    return Objects.requireNonNull(runs.get(device), device);
  }

  /** A health report of what a device runs. */
  void health(String device, HealthReport.Rows rows, long lives, long residentBytes) {
    HealthReport report =
        new HealthReport(1, running(device), nowMs, nowMs, rows, lives, residentBytes);
    runner.decide(
        tx -> {
          gates.health(tx, device, report, nowMs);
          return true;
        });
  }

  void health(String device, HealthReport report) {
    runner.decide(
        tx -> {
          gates.health(tx, device, report, nowMs);
          return true;
        });
  }

  void label(String device, boolean right) {
    runner.decide(
        tx -> {
          gates.labelled(tx, device, running(device), right, nowMs);
          return true;
        });
  }

  /** What the gates say now. */
  List<Verdict> verdicts() {
    return runner.decide(tx -> gates.verdicts(tx, rollout()));
  }

  /** Time passes, for the engine and for the gates. */
  void tick() {
    nowMs += 1_000;
    input(new RolloutInput.Tick());
    runner.decide(
        tx -> {
          gates.tick(tx, nowMs);
          return true;
        });
    input(new RolloutInput.Tick());
  }

  /** Devices that have an assignment carry it out. */
  void commitAll() {
    for (Target target : List.copyOf(touched.values())) {
      if (target.state() == TargetState.ASSIGNED) {
        runs.put(target.device(), rollout().plan().cargo().arm(target.place().arm()).version());
        input(new RolloutInput.Committed(target.device(), target.assignment()));
      }
    }
  }

  /** Devices that have an assignment refuse it. */
  void declineAll() {
    for (Target target : List.copyOf(touched.values())) {
      if (target.state() == TargetState.ASSIGNED) {
        input(new RolloutInput.Declined(target.device(), target.assignment(), "PROBATION_FAILED"));
      }
    }
  }

  /** How many devices were ever assigned. */
  int reached() {
    return numbers.size();
  }

  private void input(RolloutInput input) {
    RolloutEngine.Step step =
        RolloutEngine.apply(rollout(), input, new Moment(nowMs, nowMs), this, this);
    rollout = Optional.of(step.rollout());
    step.changed().forEach(target -> touched.put(target.device(), target));
    for (RolloutAction action : step.actions()) {
      switch (action) {
        case RolloutAction.Assign assign -> numbers.put(assign.device(), assign.number());
        case RolloutAction.Keep keep -> kept.add(keep.verdict());
        case RolloutAction.GiveBack back -> {}
        case RolloutAction.Announce announce -> {}
      }
    }
  }

  @Override
  public List<Rollout> gated(Transaction tx) {
    return rollout
        .filter(known -> !known.state().over() && !known.plan().gates().gates().isEmpty())
        .stream()
        .toList();
  }

  @Override
  public Optional<Target> target(Transaction tx, String id, String device) {
    return find(device);
  }

  @Override
  public void judged(Transaction tx, String id, List<Verdict> verdicts, long atMs) {
    input(new RolloutInput.Judged(verdicts));
  }

  @Override
  public Optional<Target> find(String device) {
    return Optional.ofNullable(touched.get(device));
  }

  @Override
  public Target at(int position) {
    String device = order.get(position);
    return touched.getOrDefault(device, rollout().pending(position, device));
  }

  @Override
  public List<Target> overdue(long steadyMs, int limit) {
    return due(TargetState.ASSIGNED, steadyMs, limit);
  }

  @Override
  public List<Target> ready(long wallMs, int limit) {
    return due(TargetState.WAITING, wallMs, limit);
  }

  private List<Target> due(TargetState state, long untilMs, int limit) {
    return touched.values().stream()
        .filter(target -> target.state() == state && target.dueMs() <= untilMs)
        .sorted(Comparator.comparingLong(Target::dueMs))
        .limit(limit)
        .toList();
  }

  @Override
  public long nextNumber(String device) {
    return numbers.getOrDefault(device, 0L) + 1;
  }

  @Override
  public Optional<VersionRef> previous(String device) {
    return Optional.of(ref(1));
  }

  @Override
  public boolean holds(String device, long number) {
    return numbers.getOrDefault(device, 0L) == number;
  }

  @Override
  public Optional<String> barred(String device) {
    return Optional.empty();
  }

  @Override
  public ZoneId zone(String device) {
    return ZoneOffset.UTC;
  }

  @Override
  public boolean available(VersionRef version) {
    return true;
  }
}

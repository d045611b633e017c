package io.flotilla.controller.rollout;

import io.flotilla.controller.core.Table;
import io.flotilla.controller.core.Transaction;
import io.flotilla.controller.rollout.RolloutRecords.Claim;
import io.flotilla.protocol.message.VersionRef;
import io.flotilla.rollout.engine.Bucket;
import io.flotilla.rollout.engine.Clocks;
import io.flotilla.rollout.engine.Rollout;
import io.flotilla.rollout.engine.RolloutState;
import io.flotilla.rollout.engine.Target;
import io.flotilla.rollout.engine.TargetState;
import io.flotilla.rollout.engine.Wave;
import io.flotilla.rollout.plan.Arm;
import io.flotilla.rollout.plan.Audience;
import io.flotilla.rollout.plan.Cargo;
import io.flotilla.rollout.plan.Gates;
import io.flotilla.rollout.plan.Pace;
import io.flotilla.rollout.plan.RolloutPlan;
import io.flotilla.rollout.plan.Schedule;
import io.flotilla.rollout.plan.Tolerance;
import io.flotilla.rollout.plan.WavePlan;
import io.flotilla.rollout.plan.WaveSize;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.concurrent.TimeUnit;

/**
 * Brings rollouts that an earlier release stored as one record each into the present form; those
 * under way go on. What it has brought over, it removes in the same decision.
 */
final class RolloutMigration {
  static final Table<Former> FORMER = Table.of("rollout", Former.class);

  private static final int PAGE = 100;
  private static final double PERCENT_UNIT = 100;

  private RolloutMigration() {}

  /** A rollout as it was stored. */
  record Former(
      String id,
      VersionRef version,
      FormerPlan plan,
      RolloutState state,
      int openWaves,
      long createdAtMs,
      Optional<String> reason,
      SortedMap<String, FormerTarget> targets) {}

  /** Its plan. */
  record FormerPlan(
      String selector,
      List<FormerSize> waves,
      int maxFailures,
      int deploymentTimeoutSeconds,
      Optional<LeftOut> leftOut) {}

  /** The size of a wave: {@code DEVICES} or {@code PERCENT}. */
  record FormerSize(String unit, double amount) {
    WaveSize size() {
      return unit.equals("DEVICES")
          ? WaveSize.devices((int) amount)
          : WaveSize.percent(Math.min(PERCENT_UNIT, amount));
    }
  }

  /** One of its devices. */
  record FormerTarget(
      String device,
      int wave,
      TargetState state,
      long assignment,
      long deadlineMs,
      Optional<String> code) {}

  static void run(Transaction tx) {
    List<Table.Row<Former>> rows;
    do {
      rows = tx.scan(FORMER, "", "", PAGE);
      for (Table.Row<Former> row : rows) {
        store(tx, row.value());
        tx.delete(FORMER, row.id());
      }
    } while (rows.size() == PAGE);
  }

  private static void store(Transaction tx, Former former) {
    List<FormerTarget> ordered =
        former.targets().values().stream()
            .sorted(Comparator.comparingInt(FormerTarget::wave).thenComparing(FormerTarget::device))
            .toList();
    Rollout rollout = header(former, ordered);
    StoredTargets.storeOrder(tx, rollout.id(), ordered.stream().map(FormerTarget::device).toList());
    long steadyMs =
        tx.get(RolloutRecords.CLOCKS, RolloutRecords.ONLY).map(Clocks::steadyMs).orElse(0L);
    long deadlineMs =
        steadyMs + TimeUnit.SECONDS.toMillis(rollout.plan().tolerance().deploymentTimeoutSeconds());
    List<Target> targets = new ArrayList<>();
    for (int position = 0; position < ordered.size(); position++) {
      FormerTarget target = ordered.get(position);
      if (target.state() != TargetState.PENDING) {
        targets.add(target(tx, target, position, deadlineMs));
      }
      if (!rollout.state().over()) {
        tx.put(RolloutRecords.CLAIMS, target.device(), new Claim(rollout.id()));
      }
    }
    new StoredTargets(RolloutRecords.Reading.of(tx), rollout).store(tx, targets);
    former
        .plan()
        .leftOut()
        .filter(leftOut -> !leftOut.devices().isEmpty())
        .ifPresent(leftOut -> tx.put(RolloutRecords.LEFT_OUT, rollout.id(), leftOut));
    tx.put(RolloutRecords.ROLLOUTS, rollout.id(), rollout);
    if (!rollout.open()) {
      tx.delete(RolloutRecords.OPEN, rollout.id());
    } else {
      tx.put(
          RolloutRecords.OPEN,
          rollout.id(),
          new RolloutRecords.Open(former.createdAtMs(), Optional.empty()));
    }
  }

  private static Target target(Transaction tx, FormerTarget target, int position, long deadlineMs) {
    return new Target(
        target.device(),
        new Target.Place(position, target.wave(), Arm.ONLY),
        target.state(),
        target.assignment(),
        target.state() == TargetState.ASSIGNED ? deadlineMs : 0,
        previous(tx, target),
        Map.of(),
        target.code());
  }

  private static Optional<VersionRef> previous(Transaction tx, FormerTarget target) {
    return tx.get(Assignments.BOOKS, target.device())
        .flatMap(AssignmentBook::current)
        .filter(issued -> issued.number() == target.assignment())
        .flatMap(AssignmentBook.Issued::previous);
  }

  private static Rollout header(Former former, List<FormerTarget> ordered) {
    List<Wave> waves = new ArrayList<>();
    int reach = 0;
    int next = 0;
    for (int index = 0; index < former.plan().waves().size(); index++) {
      Wave wave = new Wave(0, Map.of(), true, OptionalLong.empty());
      for (FormerTarget target : ordered) {
        if (target.wave() == index) {
          wave = wave.plus(Arm.ONLY, target.state(), 1);
          reach++;
        }
      }
      waves.add(wave.reaching(reach));
      next = index < former.openWaves() ? reach : next;
    }
    boolean started = former.openWaves() > 0;
    return new Rollout(
        former.id(),
        plan(former),
        former.state(),
        new Rollout.Origin(former.createdAtMs(), "operator"),
        waves,
        new Rollout.Progress(
            former.openWaves(),
            next,
            Bucket.NEW,
            started ? OptionalLong.of(0) : OptionalLong.empty(),
            0,
            Optional.empty()),
        new Rollout.Notes(former.reason(), List.of(), Map.of()));
  }

  private static RolloutPlan plan(Former former) {
    FormerPlan plan = former.plan();
    return new RolloutPlan(
        Cargo.of(former.version()),
        new Audience(plan.selector(), plan.leftOut().isPresent(), false, 0),
        plan.waves().stream().map(size -> WavePlan.of(size.size())).toList(),
        Pace.UNLIMITED,
        Schedule.NOW,
        Tolerance.of(plan.maxFailures(), plan.deploymentTimeoutSeconds()),
        Gates.NONE);
  }
}

package io.flotilla.controller.gate;

import io.flotilla.controller.core.Table;
import io.flotilla.controller.core.Transaction;
import io.flotilla.controller.device.DeviceDirectory;
import io.flotilla.controller.device.DeviceRecord;
import io.flotilla.controller.gate.GateRecord.Seen;
import io.flotilla.controller.gate.Gates.Case;
import io.flotilla.controller.gate.Gates.Role;
import io.flotilla.rollout.engine.Rollout;
import io.flotilla.rollout.engine.RolloutState;
import io.flotilla.rollout.engine.Tally;
import io.flotilla.rollout.engine.TargetState;
import io.flotilla.rollout.engine.Wave;
import io.flotilla.rollout.gate.GateJudge;
import io.flotilla.rollout.gate.GateState;
import io.flotilla.rollout.gate.References;
import io.flotilla.rollout.gate.Unit;
import io.flotilla.rollout.gate.Verdict;
import io.flotilla.rollout.plan.Arm;
import io.flotilla.rollout.plan.GatePlan;
import io.flotilla.rollout.plan.GatePlan.Against;
import io.flotilla.rollout.plan.GatePlan.Metric;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The records of gates: matches units with the devices beside them, and judges. Core thread. */
final class GateBook {
  /** Devices that were units, by gate record and device. */
  private static final Table<Counted> COUNTED = Table.of("rollout-gate-unit", Counted.class);

  private final DeviceDirectory devices;
  private final GatedRollouts rollouts;

  GateBook(DeviceDirectory devices, GatedRollouts rollouts) {
    this.devices = devices;
    this.rollouts = rollouts;
  }

  /** A device that was a unit: it is none again. */
  record Counted(long fromMs) {}

  /** Takes a device's change in. */
  void offer(Transaction tx, Case at, Role role, Seen seen) {
    switch (role) {
      case UNIT -> unit(tx, at, seen);
      case BESIDE -> beside(tx, at, seen);
      case NONE -> {}
    }
  }

  private void unit(Transaction tx, Case at, Seen seen) {
    String mark = at.id() + "/" + seen.device();
    if (tx.get(COUNTED, mark).isPresent()) {
      return;
    }
    tx.put(COUNTED, mark, new Counted(seen.fromMs()));
    GateRecord record = record(tx, at);
    List<Seen> chosen = choose(tx, record.free(), seen);
    if (chosen.isEmpty()) {
      tx.put(Gates.RECORDS, at.id(), record.withWaiting(GateRecord.plus(record.waiting(), seen)));
      return;
    }
    count(tx, at, record, seen, chosen);
  }

  private void beside(Transaction tx, Case at, Seen seen) {
    GateRecord record = record(tx, at).without(seen.device());
    for (Seen waiting : record.waiting()) {
      if (overlap(waiting, seen)) {
        List<Seen> left = record.waiting().stream().filter(one -> !one.equals(waiting)).toList();
        count(tx, at, record.withWaiting(left), waiting, List.of(seen));
        return;
      }
    }
    tx.put(Gates.RECORDS, at.id(), record.withFree(GateRecord.plus(record.free(), seen)));
  }

  /** Adds a unit to the evidence, and uses up the blocks of those beside it. */
  private static void count(
      Transaction tx, Case at, GateRecord record, Seen seen, List<Seen> chosen) {
    GateState next =
        record
            .state()
            .plus(
                at.gate(),
                seen.wave(),
                new Unit(seen.change(), chosen.stream().map(Seen::change).toList()));
    List<Seen> left = new ArrayList<>(record.free());
    left.removeAll(chosen);
    tx.put(Gates.RECORDS, at.id(), record.with(next).withFree(left));
    for (Seen used : chosen) {
      String id = at.arm().version().model() + "/" + used.device();
      tx.get(at.table(), id).ifPresent(track -> tx.put(at.table(), id, track.spent()));
    }
  }

  private List<Seen> choose(Transaction tx, List<Seen> free, Seen unit) {
    List<References.Candidate> candidates =
        free.stream()
            .filter(seen -> overlap(unit, seen))
            .map(
                seen ->
                    new References.Candidate(
                        seen.device(), labels(tx, seen.device()), seen.change()))
            .toList();
    List<String> chosen =
        References.choose(labels(tx, unit.device()), candidates).stream()
            .map(References.Candidate::device)
            .toList();
    return free.stream().filter(seen -> chosen.contains(seen.device())).toList();
  }

  /** Whether what hit the one at the end of its block can have hit the other in its. */
  private static boolean overlap(Seen unit, Seen beside) {
    return beside.toMs() >= unit.fromMs();
  }

  private Map<String, String> labels(Transaction tx, String device) {
    return devices.get(tx, device).map(DeviceRecord::labels).orElse(Map.of());
  }

  private static GateRecord record(Transaction tx, Case at) {
    return tx.get(Gates.RECORDS, at.id()).orElse(GateRecord.BEGIN);
  }

  /** Judges a rollout, and hands it the verdicts that say something new. */
  void judge(Transaction tx, Rollout rollout, long nowMs) {
    RolloutState state = rollout.state();
    if (state != RolloutState.RUNNING && state != RolloutState.FOLLOWING) {
      return;
    }
    List<Verdict> news =
        verdicts(tx, rollout).stream().filter(verdict -> isNew(rollout, verdict)).toList();
    if (!news.isEmpty()) {
      rollouts.judged(tx, rollout.id(), news, nowMs);
    }
  }

  private static boolean isNew(Rollout rollout, Verdict verdict) {
    Rollout.Standing standing =
        rollout.notes().verdicts().get(Rollout.verdictKey(verdict.gate(), verdict.arm()));
    return standing == null
        || standing.outcome() != verdict.outcome()
        || standing.wave() != verdict.wave()
        || standing.enough() != verdict.enough();
  }

  List<Verdict> verdicts(Transaction tx, Rollout rollout) {
    int wave = rollout.progress().openWaves() - 1;
    List<Verdict> verdicts = new ArrayList<>();
    if (wave < 0) {
      return verdicts;
    }
    double alpha = GateJudge.alpha(rollout.plan().gates(), rollout.plan().cargo());
    for (GatePlan gate : rollout.plan().gates().gates()) {
      for (Arm arm : rollout.plan().cargo().arms()) {
        if (!arm.control()) {
          Case at = new Case(rollout, gate, arm);
          verdicts.add(
              GateJudge.judge(
                  gate,
                  state(tx, at),
                  new GateJudge.Asked(arm.name(), wave, canCount(at, wave)),
                  alpha));
        }
      }
    }
    return verdicts;
  }

  private static GateState state(Transaction tx, Case at) {
    GateRecord record = record(tx, at);
    if (at.gate().metric() != Metric.SUCCESS) {
      return record.state();
    }
    Map<Integer, GateState.Outcomes> outcomes = new TreeMap<>();
    List<Wave> waves = at.rollout().waves();
    for (int wave = 0; wave < waves.size(); wave++) {
      Tally tally = waves.get(wave).arms().getOrDefault(at.arm().name(), Tally.EMPTY);
      outcomes.put(
          wave,
          new GateState.Outcomes(tally.of(TargetState.FAILED), tally.of(TargetState.SUCCEEDED)));
    }
    GateState next = record.state().withOutcomes(at.gate(), outcomes);
    if (!next.equals(record.state())) {
      tx.put(Gates.RECORDS, at.id(), record.with(next));
    }
    return next;
  }

  /**
   * How many devices of a wave can count: those that have the version or may still get it. In the
   * last wave nobody is left who still runs what they ran before, so nothing can be compared with
   * that.
   */
  private static long canCount(Case at, int wave) {
    Rollout rollout = at.rollout();
    Tally tally = rollout.waves().get(wave).arms().getOrDefault(at.arm().name(), Tally.EMPTY);
    long able = (long) tally.awaited() + tally.of(TargetState.SUCCEEDED);
    if (at.gate().metric() == Metric.SUCCESS) {
      return able + tally.of(TargetState.FAILED);
    }
    boolean last = wave == rollout.waves().size() - 1;
    return last && at.gate().against() == Against.PREVIOUS ? 0L : able;
  }
}

package io.flotilla.controller.gate;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.controller.catalog.VersionCatalog;
import io.flotilla.controller.core.Table;
import io.flotilla.controller.core.Transaction;
import io.flotilla.controller.device.DeviceDirectory;
import io.flotilla.controller.device.DeviceRecord;
import io.flotilla.protocol.message.HardwareFacts;
import io.flotilla.protocol.message.HealthReport;
import io.flotilla.protocol.message.VersionRef;
import io.flotilla.rollout.engine.Rollout;
import io.flotilla.rollout.engine.Target;
import io.flotilla.rollout.gate.Unit.Change;
import io.flotilla.rollout.gate.Verdict;
import io.flotilla.rollout.plan.Arm;
import io.flotilla.rollout.plan.GatePlan;
import io.flotilla.rollout.plan.GatePlan.Metric;
import java.util.List;
import java.util.Optional;

/**
 * Collects what gates judge by. A device's rows are gathered in blocks; each block is compared with
 * the one before it. Where the version changed in between, the device becomes a unit of the gates
 * of its rollout, once; where it did not, it may stand beside a unit. Core thread only.
 */
public final class Gates {
  /** Blocks of rows, by model and device. */
  public static final Table<Track> ROWS = Table.of("health", Track.class);

  /** Blocks of labelled rows, by model and device. */
  public static final Table<Track> LABELLED = Table.of("health-labelled", Track.class);

  /** Gates, by rollout, gate and arm. */
  public static final Table<GateRecord> RECORDS = Table.cached("rollout-gate", GateRecord.class);

  /** Rows of a block while no rollout asks for more or fewer. */
  static final long USUAL_ROWS = 100;

  private final DeviceDirectory devices;
  private final VersionCatalog catalog;
  private final GatedRollouts rollouts;
  private final GateBook book;

  /** Gates of these rollouts. */
  public Gates(DeviceDirectory devices, VersionCatalog catalog, GatedRollouts rollouts) {
    this.devices = devices;
    this.catalog = catalog;
    this.rollouts = rollouts;
    this.book = new GateBook(devices, rollouts);
  }

  /**
   * A device said how a version behaves.
   *
   * @throws FlotillaException {@code VERSION_NOT_FOUND} if the version is not registered
   */
  public void health(Transaction tx, String device, HealthReport report, long nowMs) {
    if (catalog.find(report.source()).isEmpty()) {
      throw new FlotillaException(
          ErrorCode.VERSION_NOT_FOUND,
          "a health report names the unregistered version " + report.source());
    }
    boolean drifting = devices.get(tx, device).map(DeviceRecord::drifting).orElse(false);
    plus(tx, false, device, Block.of(report, drifting, nowMs), nowMs);
  }

  /** Somebody said for the first time what was right for a prediction of a device. */
  public void labelled(
      Transaction tx, String device, VersionRef version, boolean right, long nowMs) {
    plus(tx, true, device, Block.of(version, right, nowMs), nowMs);
  }

  /** Time passed: waves may have opened, devices may have had their last word. */
  public void tick(Transaction tx, long nowMs) {
    for (Rollout rollout : rollouts.gated(tx)) {
      book.judge(tx, rollout, nowMs);
    }
  }

  private void plus(Transaction tx, boolean labelled, String device, Block rows, long nowMs) {
    Table<Track> table = labelled ? LABELLED : ROWS;
    String model = rows.version().model();
    List<Rollout> gated =
        rollouts.gated(tx).stream()
            .filter(rollout -> rollout.version().model().equals(model))
            .toList();
    String id = model + "/" + device;
    Track.Step step = tx.get(table, id).orElse(Track.BEGIN).plus(rows, needed(gated, labelled));
    tx.put(table, id, step.next());
    if (step.closed().isPresent()) {
      for (Rollout rollout : gated) {
        offer(tx, rollout, labelled, device, step.closed().get());
        book.judge(tx, rollout, nowMs);
      }
    }
  }

  private static long needed(List<Rollout> gated, boolean labelled) {
    return gated.stream()
        .flatMap(rollout -> rollout.plan().gates().gates().stream())
        .filter(gate -> (gate.metric() == Metric.ACCURACY) == labelled)
        .mapToLong(GatePlan::minimumRows)
        .max()
        .orElse(USUAL_ROWS);
  }

  private void offer(
      Transaction tx, Rollout rollout, boolean labelled, String device, Track.Pair pair) {
    Optional<Target> target = rollouts.target(tx, rollout.id(), device);
    long machineBytes =
        devices
            .get(tx, device)
            .flatMap(DeviceRecord::hardware)
            .map(HardwareFacts::memoryBytes)
            .orElse(0L);
    for (GatePlan gate : rollout.plan().gates().gates()) {
      if ((gate.metric() == Metric.ACCURACY) != labelled) {
        continue;
      }
      Optional<Change> change = Changes.of(gate.metric(), pair, machineBytes);
      for (Arm arm : rollout.plan().cargo().arms()) {
        if (change.isPresent() && !arm.control()) {
          Case at = new Case(rollout, gate, arm);
          Role role = at.role(device, target, pair);
          book.offer(tx, at, role, seen(device, target, pair, change.get()));
        }
      }
    }
  }

  private static GateRecord.Seen seen(
      String device, Optional<Target> target, Track.Pair pair, Change change) {
    return new GateRecord.Seen(
        device,
        target.map(known -> known.place().wave()).orElse(0),
        pair.now().fromMs(),
        pair.now().toMs(),
        change);
  }

  /** What a device is to a gate. */
  enum Role {
    /** It has the version under test, and had another one before. */
    UNIT,
    /** It may stand beside one. */
    BESIDE,
    /** Neither. */
    NONE
  }

  /**
   * A gate of a rollout on an arm under test.
   *
   * @param rollout the rollout
   * @param gate the gate
   * @param arm the arm
   */
  record Case(Rollout rollout, GatePlan gate, Arm arm) {
    /** Its record's id. */
    String id() {
      return rollout.id() + "/" + gate.name() + "/" + arm.name();
    }

    /** The table that its metric's blocks are in. */
    Table<Track> table() {
      return gate.metric() == Metric.ACCURACY ? LABELLED : ROWS;
    }

    Role role(String device, Optional<Target> target, Track.Pair pair) {
      VersionRef now = pair.now().version();
      VersionRef before = pair.before().version();
      boolean mine = target.filter(known -> known.place().arm().equals(arm.name())).isPresent();
      if (mine && now.equals(arm.version()) && !before.equals(now)) {
        return Role.UNIT;
      }
      boolean beside =
          switch (gate.against()) {
            case PREVIOUS -> now.equals(before) && runsNoArm(now);
            case CONTROL ->
                rollout
                    .plan()
                    .cargo()
                    .control()
                    .filter(control -> now.equals(control.version()) && inArm(control, device))
                    .isPresent();
          };
      return beside ? Role.BESIDE : Role.NONE;
    }

    private boolean inArm(Arm wanted, String device) {
      return rollout.plan().cargo().of(rollout.id(), device).equals(wanted);
    }

    private boolean runsNoArm(VersionRef version) {
      return rollout.plan().cargo().arms().stream()
          .noneMatch(known -> !known.control() && known.version().equals(version));
    }
  }

  /** The verdicts of a rollout's gates about its last open wave. */
  public List<Verdict> verdicts(Transaction tx, Rollout rollout) {
    return book.verdicts(tx, rollout);
  }
}

package io.flotilla.controller.governance;

import io.flotilla.controller.core.Table;
import io.flotilla.controller.core.Transaction;
import io.flotilla.controller.device.DeviceDirectory;
import io.flotilla.controller.device.DeviceRecord;
import io.flotilla.controller.device.Selector;
import io.flotilla.controller.rollout.AssignmentBook;
import io.flotilla.controller.rollout.Assignments;
import io.flotilla.protocol.message.VersionRef;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Writes down what every device runs, from when to when, in the decision that learns of it: by
 * device, and once more by version. Nothing is ever removed, and of what is written only the open
 * end of the last interval changes. Core thread only.
 */
public final class RunningIntervals {
  static final Table<RunningInterval> BY_DEVICE =
      Table.of("device-interval", RunningInterval.class);
  static final Table<RunningInterval> BY_VERSION =
      Table.of("version-interval", RunningInterval.class);
  static final Table<Last> LAST = Table.cached("device-interval-last", Last.class);

  private final Assignments assignments;

  /** Intervals in the store that transactions are on; these assignments name the rollouts. */
  public RunningIntervals(Assignments assignments) {
    this.assignments = assignments;
  }

  /**
   * The last interval of a device.
   *
   * @param number its number; 0 if there is none
   * @param open what runs since then; empty if the interval has ended
   */
  record Last(long number, Optional<VersionRef> open) {
    static final Last NONE = new Last(0, Optional.empty());
  }

  /**
   * A device said what it runs. What it said before is not written again.
   *
   * @param running empty if it runs nothing
   * @param assignment number of the last assignment that it accepted; 0 if none
   * @param nowMs when the controller heard of it, Unix time in milliseconds; a clock that went back
   *     counts as standing still
   */
  public void running(
      Transaction tx, String device, Optional<VersionRef> running, long assignment, long nowMs) {
    Last last = tx.get(LAST, device).orElse(Last.NONE);
    if (last.open().equals(running)) {
      return;
    }
    Optional<RunningInterval> before =
        last.number() == 0
            ? Optional.empty()
            : tx.get(BY_DEVICE, RunningInterval.ofDevice(device, last.number()));
    long atMs =
        before
            .map(interval -> Math.max(interval.fromMs(), interval.toMs().orElse(0)))
            .map(endMs -> Math.max(endMs, nowMs))
            .orElse(nowMs);
    if (last.open().isPresent()) {
      before.ifPresent(interval -> store(tx, interval.closed(atMs)));
    }
    long number = last.number() + (running.isPresent() ? 1 : 0);
    running.ifPresent(
        version ->
            store(
                tx,
                new RunningInterval(
                    device,
                    number,
                    version,
                    atMs,
                    OptionalLong.empty(),
                    rollout(tx, device, version, assignment),
                    assignment)));
    tx.put(LAST, device, new Last(number, running));
  }

  /**
   * The controller is back, perhaps as a release that is the first to write this down: devices
   * whose intervals do not say what they run get one from when they were last heard.
   */
  public void recovered(Transaction tx, DeviceDirectory devices, long nowMs) {
    for (DeviceRecord device : devices.select(Selector.ALL)) {
      if (device.running().isPresent()) {
        long knownMs = device.lastSeenMs() > 0 ? device.lastSeenMs() : nowMs;
        long assignment = device.desired().map(DeviceRecord.Desired::assignment).orElse(0L);
        running(tx, device.id(), device.running(), assignment, knownMs);
      }
    }
  }

  private Optional<String> rollout(
      Transaction tx, String device, VersionRef version, long assignment) {
    return assignments
        .current(tx, device)
        .filter(issued -> issued.number() == assignment && issued.target().equals(version))
        .map(AssignmentBook.Issued::rollout);
  }

  private static void store(Transaction tx, RunningInterval interval) {
    tx.put(BY_DEVICE, interval.byDevice(), interval);
    tx.put(BY_VERSION, interval.byVersion(), interval);
  }
}

package io.flotilla.controller.rollout;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.controller.catalog.KnownVersion;
import io.flotilla.controller.catalog.VersionCatalog;
import io.flotilla.controller.core.Table;
import io.flotilla.controller.core.Transaction;
import io.flotilla.controller.device.DeviceDirectory;
import io.flotilla.controller.device.DeviceRecord;
import io.flotilla.controller.device.Selector;
import io.flotilla.controller.event.EventLog;
import io.flotilla.controller.event.FleetEvent;
import io.flotilla.controller.rollout.AssignmentBook.Issued;
import io.flotilla.controller.rollout.RolloutEngine.Step;
import io.flotilla.protocol.message.Hello;
import io.flotilla.protocol.message.Progress;
import io.flotilla.protocol.message.VersionRef;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/**
 * Keeps rollouts in the store and carries out what the engine decides, all in the caller's
 * transaction: a rollout, its assignments and its events become visible together. Core thread only.
 */
public final class Rollouts {
  /** Rollouts by id. */
  public static final Table<Rollout> ROLLOUTS = Table.of("rollout", Rollout.class);

  private static final Table<Open> OPEN = Table.cached("rollout-open", Open.class);

  /** The rollouts of each version, by {@link #ofVersion} and their own id. */
  public static final Table<Begun> OF_VERSION = Table.of("version-rollout", Begun.class);

  private static final Table<Counter> COUNTER = Table.cached("rollout-counter", Counter.class);
  private static final String LAST = "last";
  private static final Pattern ID = Pattern.compile("rollout-[0-9]{6,18}");
  private static final int MAX_OPEN = 1000;

  private final DeviceDirectory devices;
  private final VersionCatalog catalog;
  private final Assignments assignments;
  private final EventLog events;
  private final RolloutGate gate;

  /**
   * The rollouts of the store that transactions are on.
   *
   * @param gate asked before a rollout begins
   */
  public Rollouts(
      DeviceDirectory devices,
      VersionCatalog catalog,
      Assignments assignments,
      EventLog events,
      RolloutGate gate) {
    this.gate = gate;
    this.devices = devices;
    this.catalog = catalog;
    this.assignments = assignments;
    this.events = events;
  }

  /** Marks a rollout of which something is still to come. */
  private record Open(long sinceMs) {}

  private record Counter(long last) {}

  /**
   * Marks a rollout of a version.
   *
   * @param atMs Unix time in milliseconds
   */
  public record Begun(long atMs) {}

  /** What the ids in {@link #OF_VERSION} begin with. */
  public static String ofVersion(String model, int version) {
    return String.format(Locale.ROOT, "%s/%010d/", model, version);
  }

  /**
   * Starts a rollout over the devices that the plan's selector matches now.
   *
   * @throws FlotillaException {@code VERSION_NOT_FOUND}; {@code SELECTOR_INVALID}; {@code
   *     SELECTOR_EMPTY}; {@code ROLLOUT_PLAN_INVALID}; {@code DEVICE_UNFIT}, naming devices and
   *     reasons, if some cannot run the version and the plan does not leave them out, or none can;
   *     {@code CONFLICT} if a running or paused rollout has one of the devices
   */
  public Rollout create(Transaction tx, String model, int version, RolloutPlan plan, long nowMs) {
    KnownVersion target = catalog.require(model, version);
    List<DeviceRecord> matched =
        devices.select(Selector.parse(plan.selector())).stream()
            .filter(device -> !device.identity().revoked())
            .toList();
    LeftOut unfit = LeftOut.of(gate.judge(tx, target.ref(), matched));
    boolean stops = plan.leftOut().isEmpty() || unfit.devices().size() == matched.size();
    if (stops && !unfit.devices().isEmpty()) {
      throw unfit.refusal(target.ref(), matched.size());
    }
    List<String> selected =
        matched.stream()
            .map(DeviceRecord::id)
            .filter(device -> !unfit.devices().containsKey(device))
            .toList();
    RolloutPlan decided = plan.leftOut().isPresent() ? plan.leavingOut(unfit) : plan;
    long number = tx.get(COUNTER, LAST).map(Counter::last).orElse(0L) + 1;
    String id = String.format(Locale.ROOT, "rollout-%06d", number);
    Rollout created = RolloutEngine.create(id, target.ref(), decided, selected, nowMs);
    requireFree(tx, selected);
    tx.put(COUNTER, LAST, new Counter(number));
    tx.put(OF_VERSION, ofVersion(model, version) + id, new Begun(nowMs));
    return apply(tx, created, new RolloutInput.Start(nowMs), nowMs);
  }

  /** The rollout of this id, as the decision sees it. */
  public Optional<Rollout> find(Transaction tx, String id) {
    return ID.matcher(id).matches() ? tx.get(ROLLOUTS, id) : Optional.empty();
  }

  /**
   * Carries out an operator's action.
   *
   * @throws FlotillaException {@code ROLLOUT_NOT_FOUND}; {@code ROLLOUT_STATE}
   */
  public Rollout act(Transaction tx, String id, RolloutInput input, long nowMs) {
    Rollout rollout =
        find(tx, id)
            .orElseThrow(
                () ->
                    new FlotillaException(
                        ErrorCode.ROLLOUT_NOT_FOUND, "no rollout has this id: see GET /rollouts"));
    return apply(tx, rollout, input, nowMs);
  }

  /** Time passed. */
  public void tick(Transaction tx, long nowMs) {
    for (Rollout rollout : open(tx)) {
      if (rollout.targets().values().stream().anyMatch(target -> overdue(target, nowMs))) {
        apply(tx, rollout, new RolloutInput.Tick(nowMs), nowMs);
      }
    }
  }

  /** The controller is back: once after every start, before anything else. */
  public void recovered(Transaction tx, long nowMs) {
    for (Rollout rollout : open(tx)) {
      apply(tx, rollout, new RolloutInput.Recovered(nowMs), nowMs);
    }
  }

  /**
   * A device told how a deployment goes. Only the last word about its current assignment moves a
   * rollout; what it says about earlier ones does not.
   *
   * @throws FlotillaException {@code INPUT_INVALID} if it names another version than the one it was
   *     assigned under that number
   */
  public void progress(Transaction tx, String device, Progress progress, long nowMs) {
    Optional<Issued> current =
        assignments.current(tx, device).filter(issued -> issued.number() == progress.assignment());
    if (current.isEmpty()) {
      return;
    }
    Issued issued = current.get();
    if (!issued.target().equals(progress.target())) {
      throw new FlotillaException(
          ErrorCode.INPUT_INVALID,
          "assignment %d is about %s, not %s"
              .formatted(issued.number(), issued.target(), progress.target()));
    }
    input(device, progress, nowMs)
        .ifPresent(
            input ->
                find(tx, issued.rollout()).ifPresent(rollout -> apply(tx, rollout, input, nowMs)));
  }

  private static Optional<RolloutInput> input(String device, Progress progress, long nowMs) {
    String code = progress.failure().map(Progress.Failure::code).orElse(ErrorCode.INTERNAL.name());
    return switch (progress.state()) {
      case COMMITTED ->
          Optional.of(new RolloutInput.Committed(device, progress.assignment(), nowMs));
      case REFUSED, ROLLED_BACK ->
          Optional.of(new RolloutInput.Declined(device, progress.assignment(), code, nowMs));
      case ASSIGNED, FETCHING, VERIFYING, STAGED, OPTIMISING, PROVING, PROBATION ->
          Optional.empty();
    };
  }

  /**
   * A device connected. If it has not accepted its current assignment yet, that goes out again; if
   * the assignment has expired meanwhile, under the next number.
   */
  public void hello(Transaction tx, String device, Hello hello, long nowMs) {
    Optional<Issued> current = assignments.current(tx, device);
    if (current.isEmpty() || hello.lastAssignment() >= current.get().number()) {
      return;
    }
    Issued issued = current.get();
    if (issued.expiresAtMs() > nowMs) {
      assignments.republish(tx, device);
      return;
    }
    assignments
        .reissue(tx, device, nowMs)
        .ifPresent(
            again ->
                find(tx, again.rollout())
                    .filter(rollout -> awaited(rollout, device, issued))
                    .ifPresent(
                        rollout ->
                            apply(
                                tx,
                                rollout,
                                new RolloutInput.Reissued(device, again.number()),
                                nowMs)));
  }

  private static boolean awaited(Rollout rollout, String device, Issued issued) {
    return rollout
        .target(device)
        .filter(target -> target.assignment() == issued.number())
        .isPresent();
  }

  /** Ids of the rollouts of this version of which something is still to come. */
  public List<String> users(Transaction tx, VersionRef version) {
    return open(tx).stream()
        .filter(rollout -> rollout.version().equals(version))
        .map(Rollout::id)
        .toList();
  }

  private List<Rollout> open(Transaction tx) {
    return tx.scan(OPEN, "", "", MAX_OPEN).stream()
        .flatMap(row -> find(tx, row.id()).stream())
        .toList();
  }

  private void requireFree(Transaction tx, List<String> selected) {
    List<Rollout> open = open(tx);
    if (open.size() == MAX_OPEN) {
      throw new FlotillaException(
          ErrorCode.CONFLICT, "%d rollouts are open: end some first".formatted(MAX_OPEN));
    }
    for (Rollout rollout : open) {
      if (!rollout.state().terminal()
          && !Collections.disjoint(rollout.targets().keySet(), selected)) {
        throw new FlotillaException(
            ErrorCode.CONFLICT,
            "rollout %s is %s over some of these devices: end it first"
                .formatted(rollout.id(), rollout.state()));
      }
    }
  }

  private Rollout apply(Transaction tx, Rollout rollout, RolloutInput input, long nowMs) {
    Step step = RolloutEngine.apply(rollout, input, device -> assignments.nextNumber(tx, device));
    Rollout next = step.rollout();
    tx.put(ROLLOUTS, next.id(), next);
    if (next.state().terminal() && !next.inFlight()) {
      tx.delete(OPEN, next.id());
    } else if (tx.get(OPEN, next.id()).isEmpty()) {
      tx.put(OPEN, next.id(), new Open(nowMs));
    }
    for (RolloutAction action : step.actions()) {
      carryOut(tx, next, action, nowMs);
    }
    return next;
  }

  private void carryOut(Transaction tx, Rollout rollout, RolloutAction action, long nowMs) {
    switch (action) {
      case RolloutAction.Assign assign -> {
        KnownVersion target =
            catalog.require(rollout.version().model(), rollout.version().version());
        long lifetime = TimeUnit.SECONDS.toMillis(rollout.plan().deploymentTimeoutSeconds());
        assignments.issue(
            tx,
            assign.device(),
            assign.number(),
            new Assignments.Order(
                target, rollout.id(), previous(tx, assign.device()), lifetime, false),
            nowMs);
      }
      case RolloutAction.GiveBack giveBack ->
          assignments.giveBack(tx, giveBack.device(), giveBack.number(), nowMs);
      case RolloutAction.Announce announce -> events.append(tx, event(rollout, announce));
    }
  }

  /** What the device runs, as the version known to be good there; else what it was to run. */
  private Optional<VersionRef> previous(Transaction tx, String device) {
    return devices
        .get(tx, device)
        .flatMap(
            known -> known.running().or(() -> known.desired().map(DeviceRecord.Desired::target)));
  }

  private static FleetEvent event(Rollout rollout, RolloutAction.Announce announce) {
    Map<String, Object> data = new TreeMap<>();
    data.put("model", rollout.version().model());
    data.put("version", rollout.version().version());
    data.put("state", rollout.state().name());
    data.put("devices", rollout.targets().size());
    rollout.reason().ifPresent(reason -> data.put("reason", reason));
    if (announce.change() == RolloutAction.Announce.Change.WAVE_OPENED) {
      data.put("wave", announce.wave());
      data.put("waveDevices", rollout.wave(announce.wave()).stream().map(Target::device).toList());
    }
    return new FleetEvent(announce.change().eventType(), "rollout/" + rollout.id(), data);
  }

  private static boolean overdue(Target target, long nowMs) {
    return target.state() == TargetState.ASSIGNED && target.deadlineMs() <= nowMs;
  }
}

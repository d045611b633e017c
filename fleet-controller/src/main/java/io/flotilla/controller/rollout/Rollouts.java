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
import io.flotilla.controller.gate.GatedRollouts;
import io.flotilla.controller.rollout.AssignmentBook.Issued;
import io.flotilla.controller.rollout.RolloutRecords.Begun;
import io.flotilla.controller.rollout.RolloutRecords.Claim;
import io.flotilla.controller.rollout.RolloutRecords.Counter;
import io.flotilla.controller.rollout.RolloutRecords.GateDecision;
import io.flotilla.controller.rollout.RolloutRecords.Open;
import io.flotilla.controller.rollout.RolloutRecords.Reading;
import io.flotilla.protocol.message.Hello;
import io.flotilla.protocol.message.Progress;
import io.flotilla.protocol.message.VersionRef;
import io.flotilla.rollout.engine.Clocks;
import io.flotilla.rollout.engine.Moment;
import io.flotilla.rollout.engine.Rollout;
import io.flotilla.rollout.engine.RolloutAction;
import io.flotilla.rollout.engine.RolloutEngine;
import io.flotilla.rollout.engine.RolloutEngine.Step;
import io.flotilla.rollout.engine.RolloutInput;
import io.flotilla.rollout.engine.Target;
import io.flotilla.rollout.engine.TargetState;
import io.flotilla.rollout.gate.Verdict;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/**
 * Keeps rollouts in the store and carries out what the engine decides, all in the caller's
 * transaction: a rollout, its assignments and its events become visible together. Core thread only.
 */
public final class Rollouts implements GatedRollouts {
  /** Least time between two assignments that a device gets for what it says it has seen. */
  static final long CATCH_UP_PAUSE_MILLIS = 60_000;

  /** Most decisions of gates kept for a rollout; the last one gives way to later ones. */
  private static final int MAX_DECISIONS = 1000;

  private static final Pattern ID = Pattern.compile("rollout-[0-9]{6,18}");
  private static final int MAX_OPEN = 1000;

  /** The steady clock may go back by so much with a kill: its readings are not all stored. */
  private static final long KEEP_CLOCK_EVERY_MILLIS = 1_000;

  private final DeviceDirectory devices;
  private final VersionCatalog catalog;
  private final Assignments assignments;
  private final EventLog events;
  private final RolloutDrafting drafting;

  /** When devices last got an assignment for what they say they have seen, in Unix milliseconds. */
  private final Map<String, Long> caughtUpAtMs = new HashMap<>();

  /**
   * The rollouts of the store that transactions are on.
   *
   * @param gate asked before a device gets a version
   */
  public Rollouts(
      DeviceDirectory devices,
      VersionCatalog catalog,
      Assignments assignments,
      EventLog events,
      RolloutGate gate) {
    this.devices = devices;
    this.catalog = catalog;
    this.assignments = assignments;
    this.events = events;
    this.drafting = new RolloutDrafting(devices, catalog, gate);
  }

  /**
   * Starts a rollout over the devices that the request means now.
   *
   * @param by name of the operator
   * @throws FlotillaException {@code VERSION_NOT_FOUND}; {@code SELECTOR_INVALID}; {@code
   *     SELECTOR_EMPTY}; {@code DEVICE_NOT_FOUND}; {@code CONFIRMATION_REQUIRED}, naming the number
   *     of devices; {@code ROLLOUT_PLAN_INVALID}; {@code DEVICE_UNFIT}, naming devices and reasons,
   *     if some cannot run their version and the request does not leave them out, or none can;
   *     {@code CONFLICT} if a rollout that is not over has one of the devices, and its priority is
   *     as high, or it has assigned it; {@code FORBIDDEN} if no one grant of the caller covers the
   *     model and all devices
   */
  public Rollout create(Transaction tx, RolloutRequest request, String by, long nowMs) {
    String id = nextId(tx);
    RolloutDraft draft = drafting.draftInScope(tx, id, request);
    boolean stops = !draft.plan().audience().skipUnfit() || draft.unfit().size() == draft.matched();
    LeftOut leftOut = LeftOut.of(draft.unfit());
    if (stops && !draft.unfit().isEmpty()) {
      throw leftOut.refusal(draft.plan().cargo().version(), draft.matched());
    }
    requireFree(tx, draft);
    Rollout created =
        RolloutEngine.create(id, draft.plan(), new Rollout.Origin(nowMs, by), draft.placement());
    StoredTargets.storeOrder(tx, id, draft.placement().order());
    draft
        .placement()
        .order()
        .forEach(device -> tx.put(RolloutRecords.CLAIMS, device, new Claim(id)));
    if (!leftOut.devices().isEmpty()) {
      tx.put(RolloutRecords.LEFT_OUT, id, leftOut);
    }
    tx.put(
        RolloutRecords.COUNTER,
        RolloutRecords.ONLY,
        new Counter(Long.parseLong(id.substring(id.indexOf('-') + 1))));
    created.plan().cargo().arms().stream()
        .map(arm -> RolloutRecords.ofVersion(arm.version().model(), arm.version().version()) + id)
        .distinct()
        .forEach(key -> tx.put(RolloutRecords.OF_VERSION, key, new Begun(nowMs)));
    return apply(tx, created, new RolloutInput.Start(), nowMs).rollout();
  }

  /**
   * What a request would do now, without doing it.
   *
   * @throws FlotillaException as {@link #create}, but for devices that are unfit or in conflict
   */
  Map<String, Object> preview(Transaction tx, RolloutRequest request) {
    String id = nextId(tx);
    return PreviewView.of(drafting.draft(tx, id, request), id, catalog);
  }

  private static String nextId(Transaction tx) {
    long number =
        tx.get(RolloutRecords.COUNTER, RolloutRecords.ONLY).map(Counter::last).orElse(0L) + 1;
    return String.format(Locale.ROOT, "rollout-%06d", number);
  }

  private static void requireFree(Transaction tx, RolloutDraft draft) {
    if (tx.scan(RolloutRecords.OPEN, "", "", MAX_OPEN).size() == MAX_OPEN) {
      throw new FlotillaException(
          ErrorCode.CONFLICT, "%d rollouts are open: end some first".formatted(MAX_OPEN));
    }
    if (!draft.conflicts().isEmpty()) {
      RolloutDraft.Conflict first = draft.conflicts().getFirst();
      throw new FlotillaException(
          ErrorCode.CONFLICT,
          "rollout %s is %s over %d of these devices: end it first, or give this one a priority"
              .formatted(first.rollout(), first.state(), draft.conflicts().size()));
    }
  }

  /** The rollout of this id, as the decision sees it. */
  public Optional<Rollout> find(Transaction tx, String id) {
    return ID.matcher(id).matches() ? tx.get(RolloutRecords.ROLLOUTS, id) : Optional.empty();
  }

  @Override
  public Optional<Target> target(Transaction tx, String rollout, String device) {
    return tx.get(RolloutRecords.TARGETS, RolloutRecords.target(rollout, device));
  }

  /**
   * Carries out an operator's action.
   *
   * @throws FlotillaException {@code ROLLOUT_NOT_FOUND}; {@code ROLLOUT_STATE}; {@code FORBIDDEN}
   *     if the creator approves, or the caller's grants do not cover the model and, but for a
   *     pause, every device
   */
  public Rollout act(Transaction tx, String id, RolloutInput input, long nowMs) {
    Rollout rollout =
        find(tx, id)
            .orElseThrow(
                () ->
                    new FlotillaException(
                        ErrorCode.ROLLOUT_NOT_FOUND, "no rollout has this id: see GET /rollouts"));
    RolloutScope.require(tx, devices, rollout, input);
    return apply(tx, rollout, input, nowMs).rollout();
  }

  /**
   * Time passed. Each rollout takes one slice of its devices at a time, so that what devices say
   * meanwhile does not wait for all of them.
   *
   * @return whether there is more to do at this moment, in a decision of its own
   */
  public boolean tick(Transaction tx, long nowMs) {
    boolean more = false;
    for (Rollout rollout : open(tx)) {
      more |= apply(tx, rollout, new RolloutInput.Tick(), nowMs).more();
    }
    return more;
  }

  @Override
  public List<Rollout> gated(Transaction tx) {
    return open(tx).stream()
        .filter(
            rollout ->
                !rollout.plan().gates().gates().isEmpty()
                    && rollout.progress().openWaves() > 0
                    && !rollout.state().over())
        .toList();
  }

  @Override
  public void judged(Transaction tx, String id, List<Verdict> verdicts, long nowMs) {
    find(tx, id).ifPresent(rollout -> apply(tx, rollout, new RolloutInput.Judged(verdicts), nowMs));
  }

  /** The controller is back: once after every start, before anything else. */
  public void recovered(Transaction tx, long nowMs) {
    RolloutMigration.run(tx);
    moment(tx, nowMs);
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
    input(device, progress)
        .ifPresent(
            input ->
                find(tx, issued.rollout()).ifPresent(rollout -> apply(tx, rollout, input, nowMs)));
  }

  private static Optional<RolloutInput> input(String device, Progress progress) {
    String code = progress.failure().map(Progress.Failure::code).orElse(ErrorCode.INTERNAL.name());
    return switch (progress.state()) {
      case COMMITTED -> Optional.of(new RolloutInput.Committed(device, progress.assignment()));
      case REFUSED, ROLLED_BACK ->
          Optional.of(new RolloutInput.Declined(device, progress.assignment(), code));
      case ASSIGNED, FETCHING, VERIFYING, STAGED, OPTIMISING, PROVING, PROBATION ->
          Optional.empty();
    };
  }

  /** A device is shut out or gone for good: no rollout waits for it any longer. */
  public void gone(Transaction tx, String device, ErrorCode why, long nowMs) {
    for (Rollout rollout : open(tx)) {
      if (target(tx, rollout.id(), device).isPresent()) {
        apply(tx, rollout, new RolloutInput.Gone(device, why.name()), nowMs);
      }
    }
  }

  /**
   * A device connected. If it has not accepted its current assignment yet, that goes out again; if
   * the assignment has expired meanwhile, under the next number. If it matches a rollout that takes
   * late joiners in, it joins.
   *
   * <p>If the device shows that it had assignments which are not known here, since this controller
   * was set back to an older copy, it gets what it is to run now under a number that it has not
   * seen; at most once in {@link #CATCH_UP_PAUSE_MILLIS}, so that a lying device cannot fill the
   * audit log.
   *
   * @param forgot whether messages of the device that were acknowledged are not known here
   */
  public void hello(Transaction tx, String device, Hello hello, boolean forgot, long nowMs) {
    Long last = caughtUpAtMs.get(device);
    boolean mayCatchUp = last == null || nowMs - last >= CATCH_UP_PAUSE_MILLIS;
    boolean setBack = mayCatchUp && knowsMore(tx, device, hello, forgot);
    if (setBack) {
      tx.then(() -> caughtUpAtMs.put(device, nowMs));
    }
    assignments
        .current(tx, device)
        .ifPresent(issued -> remind(tx, device, issued, new Reminder(hello, setBack, nowMs)));
    join(tx, device, nowMs);
  }

  private record Reminder(Hello hello, boolean setBack, long nowMs) {}

  private void remind(Transaction tx, String device, Issued issued, Reminder reminder) {
    Hello hello = reminder.hello();
    if (!reminder.setBack() && hello.lastAssignment() >= issued.number()) {
      return;
    }
    if (!reminder.setBack() && issued.expiresAtMs() > reminder.nowMs()) {
      assignments.republish(tx, device);
      return;
    }
    boolean goingBack = reminder.setBack() && newer(hello.running(), issued.target());
    assignments
        .reissue(tx, device, goingBack, reminder.nowMs())
        .ifPresent(
            again ->
                find(tx, again.rollout())
                    .filter(rollout -> awaited(tx, rollout, device, issued))
                    .ifPresent(
                        rollout ->
                            apply(
                                tx,
                                rollout,
                                new RolloutInput.Reissued(device, again.number()),
                                reminder.nowMs())));
  }

  private void join(Transaction tx, String device, long nowMs) {
    Optional<DeviceRecord> known =
        devices.get(tx, device).filter(record -> record.identity().admitted());
    if (known.isEmpty()) {
      return;
    }
    for (Table.Row<Open> row : tx.scan(RolloutRecords.OPEN, "", "", MAX_OPEN)) {
      boolean matches =
          row.value()
              .joins()
              .filter(selector -> Selector.parse(selector).matches(known.get()))
              .isPresent();
      if (matches && free(tx, device)) {
        Optional<Rollout> rollout = find(tx, row.id()).filter(found -> !found.state().over());
        if (rollout.isPresent() && drafting.unfit(tx, rollout.get(), known.get()).isEmpty()) {
          tx.put(RolloutRecords.CLAIMS, device, new Claim(row.id()));
          apply(tx, rollout.get(), new RolloutInput.Joined(device), nowMs);
        }
      }
    }
  }

  /** Whether no rollout that is not over has this device. */
  private boolean free(Transaction tx, String device) {
    return tx.get(RolloutRecords.CLAIMS, device)
        .flatMap(claim -> find(tx, claim.rollout()))
        .filter(holder -> !holder.state().over())
        .isEmpty();
  }

  /** Whether the device has seen assignments that this controller has forgotten. */
  private boolean knowsMore(Transaction tx, String device, Hello hello, boolean forgot) {
    if (assignments.seen(tx, device, hello.lastAssignment())) {
      return true;
    }
    Optional<Issued> same =
        assignments.current(tx, device).filter(issued -> issued.number() == hello.lastAssignment());
    if (same.isEmpty()) {
      return false;
    }
    Issued issued = same.get();
    // The number was given out twice: before the restore, and again after it.
    boolean taken =
        hello
            .past()
            .flatMap(Hello.Past::lastTarget)
            .filter(target -> !target.equals(issued.target()))
            .isPresent();
    // Its last word about this number may be among what was forgotten.
    return taken
        || (forgot
            && target(tx, issued.rollout(), device)
                .filter(target -> target.assignment() == issued.number())
                .filter(
                    target ->
                        target.state() == TargetState.ASSIGNED
                            || target.state() == TargetState.UNDOING)
                .isPresent());
  }

  private static boolean newer(Optional<VersionRef> running, VersionRef target) {
    return running
        .filter(version -> version.model().equals(target.model()))
        .filter(version -> version.version() > target.version())
        .isPresent();
  }

  private boolean awaited(Transaction tx, Rollout rollout, String device, Issued issued) {
    return target(tx, rollout.id(), device)
        .filter(target -> target.assignment() == issued.number())
        .isPresent();
  }

  /** Ids of the rollouts of this version of which something is still to come. */
  public List<String> users(Transaction tx, VersionRef version) {
    return open(tx).stream()
        .filter(
            rollout ->
                rollout.plan().cargo().arms().stream()
                    .anyMatch(arm -> arm.version().equals(version)))
        .map(Rollout::id)
        .toList();
  }

  /** Rollouts of which something is still to come, the oldest first. */
  public List<Rollout> open(Transaction tx) {
    return tx.scan(RolloutRecords.OPEN, "", "", MAX_OPEN).stream()
        .flatMap(row -> find(tx, row.id()).stream())
        .toList();
  }

  /** Both clocks, as this decision has them. */
  private static Moment moment(Transaction tx, long nowMs) {
    Clocks before =
        tx.get(RolloutRecords.CLOCKS, RolloutRecords.ONLY).orElseGet(() -> new Clocks(nowMs, 0));
    Clocks now = before.read(nowMs);
    if (now.steadyMs() - before.steadyMs() >= KEEP_CLOCK_EVERY_MILLIS || nowMs <= before.wallMs()) {
      tx.put(RolloutRecords.CLOCKS, RolloutRecords.ONLY, now);
    }
    return now.moment();
  }

  private Step apply(Transaction tx, Rollout rollout, RolloutInput input, long nowMs) {
    StoredTargets targets = new StoredTargets(Reading.of(tx), rollout);
    Step step =
        RolloutEngine.apply(
            rollout,
            input,
            moment(tx, nowMs),
            targets,
            new FleetDevices(tx, rollout.id(), devices, catalog, assignments));
    Rollout next = step.rollout();
    targets.store(tx, step.changed());
    if (!next.equals(rollout) || input instanceof RolloutInput.Start) {
      store(tx, next, nowMs);
    }
    for (RolloutAction action : step.actions()) {
      carryOut(tx, next, action, nowMs);
    }
    return step;
  }

  private static void store(Transaction tx, Rollout next, long nowMs) {
    tx.put(RolloutRecords.ROLLOUTS, next.id(), next);
    Optional<String> joins =
        Optional.of(next.plan().audience().selector())
            .filter(selector -> next.plan().audience().lateJoiners() && !next.state().over());
    Optional<Open> marked = tx.get(RolloutRecords.OPEN, next.id());
    if (!next.open()) {
      tx.delete(RolloutRecords.OPEN, next.id());
    } else if (marked.isEmpty() || !marked.get().joins().equals(joins)) {
      tx.put(RolloutRecords.OPEN, next.id(), new Open(nowMs, joins));
    }
  }

  private void carryOut(Transaction tx, Rollout rollout, RolloutAction action, long nowMs) {
    switch (action) {
      case RolloutAction.Assign assign -> {
        KnownVersion target = catalog.require(assign.version().model(), assign.version().version());
        long lifetime =
            TimeUnit.SECONDS.toMillis(rollout.plan().tolerance().deploymentTimeoutSeconds());
        assignments.issue(
            tx,
            assign.device(),
            assign.number(),
            new Assignments.Order(target, rollout.id(), assign.previous(), lifetime, false),
            nowMs);
      }
      case RolloutAction.GiveBack giveBack ->
          assignments.giveBack(tx, giveBack.device(), giveBack.number(), nowMs);
      case RolloutAction.Keep keep -> {
        List<Table.Row<GateDecision>> kept =
            tx.scan(RolloutRecords.DECISIONS, rollout.id() + "/", "", MAX_DECISIONS);
        tx.put(
            RolloutRecords.DECISIONS,
            RolloutRecords.numbered(rollout.id(), Math.min(kept.size() + 1, MAX_DECISIONS)),
            new GateDecision(nowMs, keep.verdict()));
      }
      case RolloutAction.Announce announce ->
          events.append(tx, RolloutEvents.of(rollout, announce));
    }
  }
}

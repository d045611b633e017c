package io.flotilla.agent.app;

import io.flotilla.agent.deployment.Acceptance;
import io.flotilla.agent.deployment.Acceptance.Numbered;
import io.flotilla.agent.deployment.Acceptance.Verdict;
import io.flotilla.agent.deployment.Deployment;
import io.flotilla.agent.deployment.DeploymentEvent;
import io.flotilla.agent.deployment.DeploymentMachine;
import io.flotilla.agent.deployment.DeploymentMachine.Step;
import io.flotilla.agent.deployment.DeploymentMachine.Transition;
import io.flotilla.agent.deployment.DeploymentMemory.Committed;
import io.flotilla.agent.deployment.Probation;
import io.flotilla.agent.scoring.ActiveModel;
import io.flotilla.bundle.Digest;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.signing.VerifiedBundle;
import io.flotilla.protocol.message.Assignment;
import io.flotilla.protocol.message.BundlePart;
import io.flotilla.protocol.message.DeploymentState;
import io.flotilla.protocol.message.Progress;
import io.flotilla.protocol.message.VersionRef;
import java.time.Instant;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out what {@link DeploymentMachine} decides. Every step is made durable and reported
 * before its action begins; what takes long happens on the worker, whose outcome counts only if
 * nothing else was begun meanwhile. If a step cannot be made durable (the disk is full), it is
 * tried again.
 *
 * <p>Confined to the decision thread, but for the two views at the end.
 */
final class DeploymentDriver {
  private static final Logger LOG = LoggerFactory.getLogger(DeploymentDriver.class);
  private static final long RETRY_MS = 5_000;
  private static final long SCORES_STOP_NANOS = 2_000_000_000;
  private static final long POLL_NANOS = 200_000;

  private final DeploymentTools tools;
  private final Uplink uplink;
  private final Fetching fetching;

  // what lasts
  private Optional<Committed> committed = Optional.empty();
  private @Nullable ActiveModel running;

  // the deployment at hand
  private @Nullable Deployment deployment;
  private @Nullable VerifiedBundle verified;
  private @Nullable ActiveModel candidate;
  private @Nullable Probation probation;
  private boolean makingUp;
  private long attempt;

  // work to try again
  private @Nullable Runnable deferred;
  private long retryMs;

  // views for other threads
  private volatile Optional<VersionRef> runningView = Optional.empty();
  private volatile Optional<AgentSnapshot.DeploymentStatus> statusView = Optional.empty();

  DeploymentDriver(DeploymentTools tools, Uplink uplink) {
    this.tools = tools;
    this.uplink = uplink;
    this.fetching = new Fetching(uplink, tools::steadyMs, tools::newSchedule);
  }

  /**
   * Loads the committed version, verified anew, and takes up an interrupted deployment. Called
   * once, before the decision thread starts.
   */
  void start() {
    committed = tools.memory().committed();
    committed.ifPresent(this::loadCommitted);
    tidy();
    Optional<Step> step = tools.memory().current().map(this::resume);
    if (step.isPresent() && !step.get().next().ended()) {
      execute(step.get());
    } else {
      step.ifPresent(ended -> deployment = ended.next());
      if (committed.isPresent() && running == null) {
        execute(DeploymentMachine.repair(committed.get().assignment()));
      }
    }
  }

  /** A connection is there. */
  void onConnected() {
    fetching.onConnected();
  }

  /** The signed assignment arrived, perhaps again. */
  void onAssignment(byte[] envelope) {
    try {
      take(tools.open(envelope));
    } catch (FlotillaException e) {
      switch (e.code()) {
        case ASSIGNMENT_MALFORMED, ASSIGNMENT_SIGNATURE_INVALID ->
            tools.reports().event(e.code(), String.valueOf(e.getMessage()));
        default -> defer(e, () -> onAssignment(envelope));
      }
    }
  }

  /** A part of a bundle arrived. */
  void onPart(BundlePart part) {
    fetching.onPart(part).ifPresent(this::apply);
  }

  /** Looks at what is due. */
  void tick() {
    long nowMs = tools.steadyMs();
    Runnable again = deferred;
    if (again != null && nowMs >= retryMs) {
      deferred = null;
      again.run();
    }
    if (deferred == null) {
      fetching.tick().ifPresent(this::apply);
    }
    if (probation != null && !makingUp && deferred == null) {
      judge(probation, nowMs);
    }
  }

  /**
   * Lets go of all models once the scores under way have ended; the decision thread and the worker
   * have stopped, and no version is current any more.
   */
  void close() {
    fetching.end();
    for (ActiveModel model : new @Nullable ActiveModel[] {candidate, running}) {
      if (model != null) {
        awaitScores(model);
        model.release();
      }
    }
    candidate = null;
    running = null;
  }

  private static void awaitScores(ActiveModel model) {
    long giveUp = System.nanoTime() + SCORES_STOP_NANOS;
    while (model.users() > 1 && System.nanoTime() < giveUp) {
      LockSupport.parkNanos(POLL_NANOS);
    }
  }

  /** What a reload would load: the committed version, unless a deployment is under way. */
  Optional<Committed> reloadable() {
    return deployment == null || deployment.ended() ? committed : Optional.empty();
  }

  /** Verifies and loads a committed version; on the worker. */
  Worker.Outcome loadAnew(Committed version) {
    VerifiedBundle bundle =
        tools.verifier().verifySlot(version.version(), Instant.ofEpochMilli(version.sinceMs()));
    return tools.load(version.version(), bundle);
  }

  /**
   * Puts a copy loaded anew in the place of the present one, whose scores under way finish.
   *
   * @return false if that version is not what a reload would load any more
   */
  boolean replace(Committed version, ActiveModel model) {
    if (!reloadable().equals(Optional.of(version))) {
      return false;
    }
    ActiveModel before = running;
    running = model;
    tools.models().switchTo(model);
    if (before != null) {
      before.release();
    }
    reportRunning();
    return true;
  }

  /** The committed version, if it is loaded; any thread. */
  Optional<VersionRef> running() {
    return runningView;
  }

  /** The last deployment; any thread. */
  Optional<AgentSnapshot.DeploymentStatus> status() {
    return statusView;
  }

  private void loadCommitted(Committed version) {
    try {
      VerifiedBundle bundle =
          tools.verifier().verifySlot(version.version(), Instant.ofEpochMilli(version.sinceMs()));
      ActiveModel model = tools.loader().load(version.version(), bundle);
      running = model;
      tools.models().switchTo(model);
    } catch (FlotillaException e) {
      LOG.warn("cannot score with {}: {} {}", version.version(), e.code(), e.getMessage());
      tools.reports().event(e.code(), String.valueOf(e.getMessage()));
    }
    reportRunning();
  }

  private Step resume(Deployment interrupted) {
    Digest bundle = Digest.parse(interrupted.assignment().target().bundle());
    return DeploymentMachine.restart(interrupted, tools.slots().present(bundle));
  }

  private void take(Assignment assignment) {
    Optional<VersionRef> loaded =
        running == null ? Optional.empty() : committed.map(Committed::version);
    Verdict verdict =
        Acceptance.decide(
            assignment,
            new Acceptance.Known(
                tools.identity().tenant(),
                tools.identity().deviceId(),
                tools.memory().last(),
                loaded),
            tools.clock().millis());
    switch (verdict) {
      case Verdict.AlreadyKnown known -> LOG.debug("assignment {} is known", assignment.number());
      case Verdict.Ignore ignore -> {
        tools.reports().event(ignore.code(), ignore.detail());
        if (ignore.code() == ErrorCode.ASSIGNMENT_REPLAYED) {
          // A controller that was set back to an older copy has to hear which numbers are taken.
          uplink.sayHello();
        }
      }
      case Verdict.Refuse refuse ->
          tools
              .reports()
              .refusal(assignment, new Progress.Failure(refuse.code().name(), refuse.detail()));
      case Verdict.AlreadyRunning already -> {
        supersede(assignment);
        execute(DeploymentMachine.alreadyRunning(assignment));
        reportRunning();
      }
      case Verdict.Deploy deploy -> {
        supersede(assignment);
        begin(assignment);
      }
    }
    uplink.pump(tools.steadyMs());
  }

  private void begin(Assignment assignment) {
    Digest bundle = Digest.parse(assignment.target().bundle());
    try {
      execute(DeploymentMachine.begin(assignment, tools.slots().present(bundle)));
    } catch (FlotillaException e) {
      Deployment begun = deployment;
      if (begun == null || begun.assignment().number() != assignment.number()) {
        throw e;
      }
      // Its number is remembered, so that it would not be taken on a second time.
      defer(e, this::goOn);
    }
  }

  private void goOn() {
    Deployment current = deployment;
    if (current == null || current.ended()) {
      return;
    }
    try {
      execute(resume(current));
    } catch (FlotillaException e) {
      defer(e, this::goOn);
    }
  }

  private void supersede(Assignment newer) {
    deferred = null;
    Deployment current = deployment;
    if (current != null && !current.ended()) {
      execute(
          DeploymentMachine.on(
              current, failed(ErrorCode.CONFLICT, "assignment %d came".formatted(newer.number()))));
    }
  }

  private void apply(DeploymentEvent event) {
    Deployment current = deployment;
    if (current == null || current.ended()) {
      return;
    }
    if (event instanceof DeploymentEvent.Failed failure && current.repairs()) {
      tools
          .reports()
          .event(ErrorCode.valueOf(failure.failure().code()), failure.failure().detail());
    }
    Step step = DeploymentMachine.on(current, event);
    try {
      execute(step);
    } catch (FlotillaException e) {
      defer(e, () -> apply(event));
    }
    uplink.pump(tools.steadyMs());
  }

  /** Makes a step durable, then does what it says. */
  private void execute(Step step) {
    for (Transition transition : step.transitions()) {
      tools.reports().transition(step.next(), transition, committed);
      deployment = reached(step, transition);
      transition
          .failure()
          .ifPresent(
              failure ->
                  LOG.warn(
                      "{} {} {}: {} {}",
                      tools.identity().deviceId(),
                      step.next().assignment().target(),
                      transition.state(),
                      failure.code(),
                      failure.detail()));
    }
    tools.reports().sync();
    deployment = step.next();
    show(step);
    Assignment assignment = step.next().assignment();
    switch (step.action()) {
      case FETCH -> submit(() -> tools.openFetch(assignment));
      case VERIFY -> {
        fetching.end();
        submit(() -> tools.verify(assignment));
      }
      case LOAD -> {
        VerifiedBundle bundle = DeploymentTools.require(verified);
        submit(() -> tools.load(assignment.target(), bundle));
      }
      case PROVE -> {
        VerifiedBundle bundle = DeploymentTools.require(verified);
        ActiveModel model = DeploymentTools.require(candidate);
        submit(() -> tools.prove(model, bundle));
      }
      case ACTIVATE -> activate();
      case COMMIT -> commit(assignment);
      case ABANDON -> abandon();
      case NONE -> committed = tools.memory().committed();
    }
  }

  /** As far as it is durable; its stage stays, so that the rest of the step can be tried again. */
  private Deployment reached(Step step, Transition transition) {
    Assignment assignment = step.next().assignment();
    Deployment before = deployment;
    DeploymentState stage =
        before != null && before.assignment().number() == assignment.number()
            ? before.stage()
            : DeploymentState.ASSIGNED;
    return new Deployment(assignment, transition.state(), stage);
  }

  private void submit(Worker.Work work) {
    attempt++;
    long mine = attempt;
    tools.worker().submit(work, outcome -> tools.arrive(() -> arrive(mine, outcome), outcome));
  }

  private void arrive(long mine, Worker.Outcome outcome) {
    if (mine != attempt || deployment == null || deployment.ended()) {
      outcome.discard();
      return;
    }
    switch (outcome) {
      case Worker.Outcome.Opened opened -> fetching.begin(opened.fetch()).ifPresent(this::apply);
      case Worker.Outcome.Checked checked -> {
        verified = checked.bundle();
        apply(new DeploymentEvent.Verified());
      }
      case Worker.Outcome.Ready ready -> {
        candidate = ready.model();
        apply(new DeploymentEvent.Loaded(Map.of("loadMillis", ready.loadMillis())));
      }
      case Worker.Outcome.MadeUp made -> makingUp = false;
      case Worker.Outcome.Happened happened -> apply(happened.event());
    }
  }

  private void activate() {
    ActiveModel model = DeploymentTools.require(candidate);
    tools.models().switchTo(model);
    makingUp = false;
    probation = new Probation(tools.steadyMs(), model.scored(), model.failed());
  }

  private void judge(Probation current, long nowMs) {
    ActiveModel model = DeploymentTools.require(candidate);
    switch (current.judge(tools.limits(), model.scored(), model.failed(), nowMs)) {
      case Probation.Verdict.Wait wait -> LOG.trace("probation until {}", wait.untilMs());
      case Probation.Verdict.Passed passed -> {
        probation = null;
        apply(new DeploymentEvent.Passed(Map.of("probationScores", (double) passed.scores())));
      }
      case Probation.Verdict.Failed failure -> {
        probation = null;
        apply(
            failed(
                ErrorCode.PROBATION_FAILED,
                "%d scores of the new version failed".formatted(failure.errors())));
      }
      case Probation.Verdict.MakeUp make -> {
        makingUp = true;
        VerifiedBundle bundle = DeploymentTools.require(verified);
        submit(() -> tools.makeUp(model, bundle, make.missing()));
      }
    }
  }

  private void commit(Assignment assignment) {
    ActiveModel before = running;
    running = DeploymentTools.require(candidate);
    candidate = null;
    probation = null;
    verified = null;
    committed = tools.memory().committed();
    if (before != null) {
      before.release();
    }
    LOG.info("{} runs {}", tools.identity().deviceId(), assignment.target());
    reportRunning();
    tidy();
  }

  private void abandon() {
    attempt++;
    fetching.end();
    probation = null;
    verified = null;
    ActiveModel refused = candidate;
    if (refused != null) {
      candidate = null;
      tools.models().switchTo(running);
      refused.release();
    }
    tidy();
  }

  private void reportRunning() {
    runningView = running == null ? Optional.empty() : committed.map(Committed::version);
    tools
        .reports()
        .running(
            runningView,
            tools.provider(),
            tools.memory().last().map(Numbered::number).orElse(0L),
            committed.map(Committed::sinceMs).orElse(0L));
  }

  private void show(Step step) {
    Deployment now = step.next();
    Optional<Progress.Failure> failure =
        step.transitions().isEmpty() ? Optional.empty() : step.transitions().getLast().failure();
    statusView =
        Optional.of(
            new AgentSnapshot.DeploymentStatus(
                now.assignment().number(), now.assignment().target(), now.reported(), failure));
  }

  private void tidy() {
    Set<Digest> keep = new HashSet<>();
    committed.ifPresent(now -> keep.add(Digest.parse(now.version().bundle())));
    tools.memory().previous().ifPresent(before -> keep.add(Digest.parse(before.bundle())));
    tools
        .memory()
        .current()
        .filter(at -> !at.reported().terminal() || at.reported() == DeploymentState.COMMITTED)
        .ifPresent(at -> keep.add(Digest.parse(at.assignment().target().bundle())));
    tools.worker().tidy(() -> tools.slots().keepOnly(keep));
  }

  private void defer(FlotillaException cause, Runnable again) {
    LOG.warn("will try again: {} {}", cause.code(), cause.getMessage());
    deferred = again;
    retryMs = tools.steadyMs() + RETRY_MS;
  }

  private static DeploymentEvent failed(ErrorCode code, String detail) {
    return new DeploymentEvent.Failed(new Progress.Failure(code.name(), detail));
  }
}

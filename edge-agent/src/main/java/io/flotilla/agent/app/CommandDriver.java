package io.flotilla.agent.app;

import io.flotilla.agent.capture.CaptureLog;
import io.flotilla.agent.command.CommandAcceptance;
import io.flotilla.agent.command.CommandAcceptance.Verdict;
import io.flotilla.agent.command.CommandMemory;
import io.flotilla.agent.deployment.DeploymentEvent;
import io.flotilla.agent.deployment.DeploymentMemory.Committed;
import io.flotilla.agent.spool.Spool;
import io.flotilla.agent.store.Changes;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.protocol.codec.MessageCodec;
import io.flotilla.protocol.message.CommandAnswer;
import io.flotilla.protocol.message.DeviceCommand;
import io.flotilla.protocol.topic.UpKind;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out commands. That one was accepted and how it ended are one atomic write, or, for a
 * reload and a restart, that it was accepted is durable before it begins: so each is carried out
 * once and answered once, whenever the process ends.
 *
 * <p>Confined to the decision thread.
 */
final class CommandDriver {
  private static final Logger LOG = LoggerFactory.getLogger(CommandDriver.class);
  private static final long RETRY_MS = 5_000;

  private final DeploymentTools tools;
  private final CommandMemory memory;
  private final Ways ways;

  /** The reload or restart that has not ended. */
  private Optional<DeviceCommand> busyWith = Optional.empty();

  // an end that could not be made durable yet
  private @Nullable CommandAnswer unanswered;
  private long retryMs;

  /** What commands act on, and how they are answered. */
  record Ways(Spool spool, Uplink uplink, CaptureLog capture, DeploymentDriver deployment) {}

  CommandDriver(DeploymentTools tools, CommandMemory memory, Ways ways) {
    this.tools = tools;
    this.memory = memory;
    this.ways = ways;
  }

  /**
   * Answers what an earlier life began: this start is the restart, and has loaded the version anew.
   * Called once, before the decision thread starts.
   *
   * @param lives process lives of this folder, this one included
   */
  void start(long lives) {
    busyWith = memory.current();
    busyWith.ifPresent(
        command -> end(CommandAnswer.done(command, Map.of("lives", (double) lives), nowMs())));
  }

  /** A signed command arrived, perhaps again. */
  void onCommand(byte[] envelope) {
    try {
      take(tools.openCommand(envelope));
    } catch (FlotillaException e) {
      switch (e.code()) {
        case ASSIGNMENT_MALFORMED, ASSIGNMENT_SIGNATURE_INVALID ->
            tools.reports().event(e.code(), String.valueOf(e.getMessage()));
        default -> throw e;
      }
    }
  }

  /** Looks at what is due. */
  void tick() {
    CommandAnswer answer = unanswered;
    if (answer != null && tools.steadyMs() >= retryMs) {
      end(answer);
    }
  }

  private void take(DeviceCommand command) {
    CommandAcceptance.Known known =
        new CommandAcceptance.Known(
            tools.identity().tenant(),
            tools.identity().deviceId(),
            memory.seen(command.id()),
            memory.full(nowMs()),
            busyWith.map(DeviceCommand::id));
    switch (CommandAcceptance.decide(command, known, nowMs())) {
      case Verdict.AlreadyKnown again -> LOG.debug("command {} is known", command.id());
      case Verdict.Ignore ignore -> tools.reports().event(ignore.code(), ignore.detail());
      case Verdict.Refuse refuse ->
          answer(
              command,
              CommandAnswer.failed(
                  command,
                  ErrorCode.valueOf(refuse.failure().code()),
                  refuse.failure().detail(),
                  nowMs()));
      case Verdict.Begin begin -> begin(command);
    }
    ways.uplink().pump(tools.steadyMs());
  }

  private void begin(DeviceCommand command) {
    LOG.info("{} carries out {}: {}", tools.identity().deviceId(), command.id(), command.order());
    switch (command.order().kind()) {
      case PING -> answer(command, CommandAnswer.done(command, state(), nowMs()));
      case CAPTURE -> capture(command);
      case LOG -> {
        List<String> log = tools.host().recentLog(command.order().lines().orElseThrow());
        answer(
            command,
            log.isEmpty()
                ? failed(command, "the process of this agent keeps no log to send")
                : CommandAnswer.log(command, log, nowMs()));
      }
      case RELOAD -> reload(command);
      case RESTART -> restart(command);
    }
  }

  private Map<String, Double> state() {
    Spool.Status spooled = ways.spool().status();
    return Map.of(
        "spooledMessages",
        (double) (spooled.last() - spooled.released()),
        "spooledBytes",
        (double) spooled.bytes());
  }

  private void capture(DeviceCommand command) {
    long nowMs = nowMs();
    CaptureLog.Boost boost =
        new CaptureLog.Boost(
            command.order().share().orElseThrow(), nowMs + command.order().forMs().orElseThrow());
    CommandAnswer answer =
        CommandAnswer.done(command, Map.of("untilUnixMs", (double) boost.untilMs()), nowMs);
    if (answer(command, answer, changes -> CaptureLog.remember(boost, changes))) {
      ways.capture().use(boost);
    }
  }

  private void reload(DeviceCommand command) {
    Optional<Committed> version = ways.deployment().reloadable();
    if (version.isEmpty()) {
      answer(command, failed(command, "it runs no version, or a deployment is under way"));
      return;
    }
    memory.begin(command);
    busyWith = Optional.of(command);
    tools
        .worker()
        .submit(
            () -> ways.deployment().loadAnew(version.get()),
            outcome -> tools.arrive(() -> end(reloaded(command, version.get(), outcome)), outcome));
  }

  private CommandAnswer reloaded(DeviceCommand command, Committed version, Worker.Outcome outcome) {
    if (outcome instanceof Worker.Outcome.Ready ready
        && ways.deployment().replace(version, ready.model())) {
      return CommandAnswer.done(command, Map.of("loadMillis", ready.loadMillis()), nowMs());
    }
    if (outcome instanceof Worker.Outcome.Happened happened
        && happened.event() instanceof DeploymentEvent.Failed failure) {
      return CommandAnswer.failed(
          command,
          ErrorCode.valueOf(failure.failure().code()),
          failure.failure().detail(),
          nowMs());
    }
    outcome.discard();
    return failed(command, "another version was deployed meanwhile");
  }

  private void restart(DeviceCommand command) {
    if (!tools.host().restarts()) {
      answer(command, failed(command, "the process of this agent does not start agents anew"));
      return;
    }
    memory.begin(command);
    busyWith = Optional.of(command);
    tools.host().restart();
  }

  private void answer(DeviceCommand command, CommandAnswer answer) {
    answer(command, answer, changes -> {});
  }

  /** Accepts a command and answers it, or does neither if the spool is full: it will come again. */
  private boolean answer(DeviceCommand command, CommandAnswer answer, Consumer<Changes> alongside) {
    boolean admitted =
        ways.spool()
            .offer(
                UpKind.COMMANDS,
                MessageCodec.encode(answer),
                (taken, changes) -> {
                  if (taken) {
                    memory.accept(command, changes);
                    alongside.accept(changes);
                  }
                });
    if (admitted) {
      memory.accepted();
      ways.spool().sync();
    }
    return admitted;
  }

  /** Answers the reload or restart at hand; tried again until there is room for it. */
  private void end(CommandAnswer answer) {
    boolean admitted = false;
    try {
      admitted =
          ways.spool()
              .offer(
                  UpKind.COMMANDS,
                  MessageCodec.encode(answer),
                  (taken, changes) -> {
                    if (taken) {
                      CommandMemory.end(changes);
                    }
                  });
      ways.spool().sync();
    } catch (FlotillaException e) {
      LOG.warn("cannot answer command {}: {} {}", answer.command(), e.code(), e.getMessage());
    }
    unanswered = admitted ? null : answer;
    retryMs = tools.steadyMs() + RETRY_MS;
    if (admitted) {
      busyWith = Optional.empty();
      ways.uplink().pump(tools.steadyMs());
    }
  }

  private CommandAnswer failed(DeviceCommand command, String why) {
    return CommandAnswer.failed(command, ErrorCode.COMMAND_FAILED, why, nowMs());
  }

  private long nowMs() {
    return tools.clock().millis();
  }
}

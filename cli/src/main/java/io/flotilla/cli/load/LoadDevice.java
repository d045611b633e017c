package io.flotilla.cli.load;

import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.signing.Dsse;
import io.flotilla.bundle.signing.VerifyingKey;
import io.flotilla.protocol.codec.MessageCodec;
import io.flotilla.protocol.message.Ack;
import io.flotilla.protocol.message.Assignment;
import io.flotilla.protocol.message.CommandAnswer;
import io.flotilla.protocol.message.DeploymentState;
import io.flotilla.protocol.message.DeviceCommand;
import io.flotilla.protocol.message.DeviceEvent;
import io.flotilla.protocol.message.HardwareFacts;
import io.flotilla.protocol.message.Hello;
import io.flotilla.protocol.message.Progress;
import io.flotilla.protocol.message.Reported;
import io.flotilla.protocol.message.SpooledEnvelope;
import io.flotilla.protocol.message.Status;
import io.flotilla.protocol.message.VersionRef;
import io.flotilla.protocol.topic.Topics;
import io.flotilla.protocol.topic.UpKind;
import io.netty.channel.EventLoop;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * One device that speaks and does nothing else. Its spool is in memory and obeys the agent's rules:
 * at most 16 messages on their way, sent again after a silence. It verifies its assignments and
 * says that it committed them without fetching or proving anything, marked as simulated. Confined
 * to its event loop.
 */
final class LoadDevice extends MqttSession {
  private static final int WINDOW = 16;
  private static final long FIRST_PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(2);
  private static final long LONGEST_PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final long MEMORY_BYTES = 4L << 30;
  private static final String PROVIDER = "CPUExecutionProvider";

  private final Topics topics;
  private final VerifyingKey assignments;
  private final Clock clock;
  private final String bootId;
  private final String spoolId;
  private final ArrayDeque<Pending> pending = new ArrayDeque<>();

  private long made;
  private long released;
  private long sent;
  private long movedNanos;
  private long patienceNanos = FIRST_PATIENCE_NANOS;
  private boolean known;
  private long lastAssignment;
  private String lastCommand = "";
  private Optional<VersionRef> running = Optional.empty();

  @SuppressWarnings("ArrayRecordComponent") // a carrier of bytes: never compared or hashed
  private record Pending(long sequence, UpKind kind, byte[] envelope, long dueNanos) {}

  /**
   * What devices of a fleet share.
   *
   * @param topics their tenant's
   * @param assignments verifies what they are told to run
   * @param clock the time
   */
  record Fleet(Topics topics, VerifyingKey assignments, Clock clock) {}

  LoadDevice(String id, EventLoop loop, Net net, Fleet fleet) {
    super(id, loop, net);
    this.topics = fleet.topics();
    this.assignments = fleet.assignments();
    this.clock = fleet.clock();
    this.bootId = "boot-" + id;
    this.spoolId = "spool-" + id;
  }

  @Override
  Will will() {
    return new Will(topics.up(clientId(), UpKind.STATUS), status(false));
  }

  @Override
  String filter() {
    return topics.downOf(clientId());
  }

  @Override
  void onReady() {
    publish(topics.up(clientId(), UpKind.STATUS), status(true), true);
    hello();
    goBack();
    patienceNanos = FIRST_PATIENCE_NANOS;
    pump();
  }

  @Override
  void onLost() {
    if (known) {
      known = false;
      tally().known.decrement();
    }
  }

  @Override
  void onMessage(String topic, byte[] payload) {
    if (topic.equals(topics.ack(clientId()))) {
      acknowledged(MessageCodec.decode(payload, Ack.class));
    } else if (topic.equals(topics.assignment(clientId())) && payload.length > 0) {
      assigned(payload);
    } else if (topic.equals(topics.command(clientId())) && payload.length > 0) {
      commanded(payload);
    }
  }

  /** Answers a ping, once; this device can do nothing else. */
  private void commanded(byte[] envelope) {
    DeviceCommand command;
    try {
      command =
          MessageCodec.decode(
              Dsse.verify(envelope, DeviceCommand.PAYLOAD_TYPE, List.of(assignments)),
              DeviceCommand.class);
    } catch (FlotillaException e) {
      tally().forged.increment();
      return;
    }
    if (command.order().kind() == DeviceCommand.Kind.PING && !command.id().equals(lastCommand)) {
      lastCommand = command.id();
      CommandAnswer answer = CommandAnswer.done(command, Map.of("simulated", 1.0), clock.millis());
      say(UpKind.COMMANDS, answer, System.nanoTime());
      tally().commanded.increment();
    }
  }

  /** Spools an event of the device's own that was due then, and sends it when it may. */
  void report(long dueNanos) {
    DeviceEvent event =
        new DeviceEvent(
            1, "INPUT_INVALID", "simulated event " + (made + 1) + " of a bench", clock.millis());
    say(UpKind.EVENTS, event, dueNanos);
  }

  /** To be called every second: sends again what was not answered, and keeps the line alive. */
  void passTime(long nowNanos) {
    keepAlive(nowNanos);
    boolean waits = !pending.isEmpty() || !known;
    if (ready() && waits && nowNanos - movedNanos > patienceNanos) {
      patienceNanos = Math.min(LONGEST_PATIENCE_NANOS, 2 * patienceNanos);
      hello();
      goBack();
      pump();
    }
  }

  private void goBack() {
    tally().repeated.add(sent - released);
    sent = released;
    movedNanos = System.nanoTime();
  }

  private void say(UpKind kind, Record body, long dueNanos) {
    made++;
    SpooledEnvelope envelope =
        new SpooledEnvelope(1, spoolId, made, bootId, kind, MessageCodec.encode(body));
    if (pending.isEmpty()) {
      movedNanos = System.nanoTime();
    }
    pending.add(new Pending(made, kind, MessageCodec.encode(envelope), dueNanos));
    tally().said.increment();
    pump();
  }

  private void pump() {
    if (!ready() || sent == made || sent - released >= WINDOW) {
      return;
    }
    for (Pending next : pending) {
      if (next.sequence() > released + WINDOW) {
        return;
      }
      if (next.sequence() > sent) {
        publish(topics.up(clientId(), next.kind()), next.envelope(), false);
        sent = next.sequence();
      }
    }
  }

  private void acknowledged(Ack ack) {
    if (!ack.spoolId().equals(spoolId)) {
      return;
    }
    if (!known) {
      known = true;
      tally().known.increment();
    }
    long now = System.nanoTime();
    while (!pending.isEmpty() && pending.peek().sequence() <= ack.through()) {
      Pending done = pending.remove();
      tally().stored.increment();
      if (done.kind() == UpKind.EVENTS) {
        tally().latency(now - done.dueNanos());
      }
      movedNanos = now;
      patienceNanos = FIRST_PATIENCE_NANOS;
    }
    released = Math.max(released, ack.through());
    sent = Math.max(sent, released);
    pump();
  }

  private void assigned(byte[] envelope) {
    Assignment assignment;
    try {
      assignment =
          MessageCodec.decode(
              Dsse.verify(envelope, Assignment.PAYLOAD_TYPE, List.of(assignments)),
              Assignment.class);
    } catch (FlotillaException e) {
      tally().forged.increment();
      return;
    }
    if (!assignment.deviceId().equals(clientId())) {
      tally().forged.increment();
    } else if (assignment.number() > lastAssignment) {
      lastAssignment = assignment.number();
      running = Optional.of(assignment.target());
      tally().assigned.increment();
      long now = System.nanoTime();
      say(UpKind.PROGRESS, progress(assignment, DeploymentState.ASSIGNED), now);
      say(UpKind.PROGRESS, progress(assignment, DeploymentState.COMMITTED), now);
      say(UpKind.REPORTED, new Reported(1, running, PROVIDER, lastAssignment, clock.millis()), now);
    }
  }

  private Progress progress(Assignment assignment, DeploymentState state) {
    return new Progress(
        1,
        assignment.number(),
        assignment.target(),
        state,
        Optional.empty(),
        Map.of("simulated", 1.0),
        clock.millis());
  }

  private void hello() {
    HardwareFacts hardware =
        new HardwareFacts(
            "Linux",
            "amd64",
            2,
            MEMORY_BYTES,
            "1.29.0",
            List.of(new HardwareFacts.AcceleratorFacts("CPU", PROVIDER, true)),
            Optional.of(List.of()));
    publish(
        topics.up(clientId(), UpKind.HELLO),
        MessageCodec.encode(
            new Hello(
                1,
                "simulated",
                bootId,
                spoolId,
                hardware,
                running,
                lastAssignment,
                Optional.of(new Hello.Past(released, running)))),
        false);
  }

  private byte[] status(boolean online) {
    return MessageCodec.encode(new Status(1, online, bootId));
  }
}

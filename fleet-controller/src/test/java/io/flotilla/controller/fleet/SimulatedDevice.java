package io.flotilla.controller.fleet;

import io.flotilla.protocol.codec.MessageCodec;
import io.flotilla.protocol.message.Ack;
import io.flotilla.protocol.message.Assignment;
import io.flotilla.protocol.message.Capture;
import io.flotilla.protocol.message.DeploymentState;
import io.flotilla.protocol.message.HardwareFacts;
import io.flotilla.protocol.message.Hello;
import io.flotilla.protocol.message.Progress;
import io.flotilla.protocol.message.SpooledEnvelope;
import io.flotilla.protocol.message.VersionRef;
import io.flotilla.protocol.message.WindowReport;
import io.flotilla.protocol.topic.UpKind;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;

/** A device that keeps the protocol: its spool survives everything, its numbers only grow. */
final class SimulatedDevice {
  private static final HardwareFacts HARDWARE =
      new HardwareFacts(
          "linux",
          "amd64",
          1,
          1 << 28,
          "1.29.0",
          List.of(new HardwareFacts.AcceleratorFacts("CPU", "CPUExecutionProvider", false)),
          Optional.empty());

  final String id;

  /** Messages not acknowledged yet, by number. */
  final SortedMap<Long, SpooledEnvelope> spool = new TreeMap<>();

  /** Assignments accepted, in order. */
  final List<Assignment> accepted = new ArrayList<>();

  private final Predicate<VersionRef> refuses;
  private long lastSequence;
  private long lastAssignment;
  private Optional<VersionRef> lastTarget = Optional.empty();
  private long released;
  private Optional<VersionRef> running = Optional.empty();
  private long made;

  SimulatedDevice(String id, Predicate<VersionRef> refuses) {
    this.id = id;
    this.refuses = refuses;
  }

  Optional<VersionRef> running() {
    return running;
  }

  long made() {
    return made;
  }

  byte[] hello() {
    return MessageCodec.encode(
        new Hello(
            1,
            "test",
            "boot",
            "spool-" + id,
            HARDWARE,
            running,
            lastAssignment,
            Optional.of(new Hello.Past(released, lastTarget))));
  }

  void receive(Assignment assignment, long nowMs) {
    boolean acceptable =
        assignment.deviceId().equals(id)
            && assignment.number() > lastAssignment
            && nowMs < assignment.validity().expiresAtMs();
    if (!acceptable) {
      return;
    }
    lastAssignment = assignment.number();
    lastTarget = Optional.of(assignment.target());
    accepted.add(assignment);
    say(assignment, DeploymentState.ASSIGNED, nowMs);
    if (refuses.test(assignment.target()) || isForbiddenDowngrade(assignment)) {
      say(assignment, DeploymentState.REFUSED, nowMs);
    } else {
      running = Optional.of(assignment.target());
      say(assignment, DeploymentState.COMMITTED, nowMs);
    }
  }

  private boolean isForbiddenDowngrade(Assignment assignment) {
    return !assignment.purpose().downgradeAllowed()
        && running.filter(now -> now.version() > assignment.target().version()).isPresent();
  }

  private void say(Assignment assignment, DeploymentState state, long nowMs) {
    Optional<Progress.Failure> failure =
        state == DeploymentState.REFUSED
            ? Optional.of(new Progress.Failure("GOLDEN_VECTORS_FAILED", "off by 3"))
            : Optional.empty();
    spool(
        UpKind.PROGRESS,
        new Progress(1, assignment.number(), assignment.target(), state, failure, Map.of(), nowMs));
  }

  void predict(int count, long nowMs) {
    if (running.isEmpty()) {
      return;
    }
    List<Capture.Prediction> predictions = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      made++;
      byte[] input =
          ByteBuffer.allocate(Float.BYTES)
              .order(ByteOrder.LITTLE_ENDIAN)
              .putFloat((float) made)
              .array();
      predictions.add(
          new Capture.Prediction(
              id + "/boot/" + made, nowMs, Optional.of("3"), .9f, Optional.of(input)));
    }
    spool(UpKind.CAPTURE, new Capture(1, running.get(), predictions));
    spool(
        UpKind.WINDOWS,
        new WindowReport(
            1,
            running.get(),
            0,
            nowMs,
            nowMs,
            new byte[0],
            new WindowReport.Totals(made, made, 0)));
  }

  /** Ids of the predictions that are not acknowledged. */
  List<String> waitingPredictions() {
    return spool.values().stream()
        .filter(envelope -> envelope.kind() == UpKind.CAPTURE)
        .map(envelope -> MessageCodec.decode(envelope.body(), Capture.class))
        .flatMap(capture -> capture.predictions().stream())
        .map(Capture.Prediction::id)
        .toList();
  }

  private void spool(UpKind kind, Record body) {
    lastSequence++;
    spool.put(
        lastSequence,
        new SpooledEnvelope(
            1, "spool-" + id, lastSequence, "boot", kind, MessageCodec.encode(body)));
  }

  void acknowledged(Ack ack) {
    if (ack.spoolId().equals("spool-" + id)) {
      spool.headMap(ack.through() + 1).clear();
      released = Math.max(released, ack.through());
    }
  }
}

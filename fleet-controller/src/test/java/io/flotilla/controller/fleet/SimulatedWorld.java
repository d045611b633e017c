package io.flotilla.controller.fleet;

import io.flotilla.controller.catalog.KnownVersion;
import io.flotilla.controller.catalog.VersionCatalog;
import io.flotilla.controller.core.BatchRunner;
import io.flotilla.controller.core.BatchRunner.Cut;
import io.flotilla.controller.core.Decision;
import io.flotilla.controller.core.MemoryStore;
import io.flotilla.controller.core.Transaction;
import io.flotilla.controller.device.DeviceDirectory;
import io.flotilla.controller.device.DeviceRecord;
import io.flotilla.controller.event.EventLog;
import io.flotilla.controller.event.LoggedEvent;
import io.flotilla.controller.governance.RunningIntervals;
import io.flotilla.controller.ingest.BodyHandlers;
import io.flotilla.controller.ingest.Ingest;
import io.flotilla.controller.ingest.Predictions;
import io.flotilla.controller.rollout.Assignments;
import io.flotilla.controller.rollout.Rollouts;
import io.flotilla.protocol.codec.MessageCodec;
import io.flotilla.protocol.message.Ack;
import io.flotilla.protocol.message.Assignment;
import io.flotilla.protocol.message.CommandAnswer;
import io.flotilla.protocol.message.HealthReport;
import io.flotilla.protocol.message.Hello;
import io.flotilla.protocol.message.ProfileReport;
import io.flotilla.protocol.message.Progress;
import io.flotilla.protocol.message.RenewalRequest;
import io.flotilla.protocol.message.SpooledEnvelope;
import io.flotilla.protocol.message.VersionRef;
import io.flotilla.protocol.message.WindowReport;
import io.flotilla.protocol.topic.Topics.UpTopic;
import io.flotilla.protocol.topic.UpKind;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * A controller that is killed at the worst moments, a network that loses, repeats and reorders, and
 * devices. All chance comes from one seed.
 */
final class SimulatedWorld {
  static final VersionRef V1 = new VersionRef("digits", 1, "11".repeat(32));
  static final VersionRef V2 = new VersionRef("digits", 2, "22".repeat(32));
  private static final long STEP_MILLIS = 200;
  private static final List<Cut> CUTS =
      List.of(Cut.NONE, Cut.BEFORE_WRITE, Cut.AFTER_WRITE, Cut.AMONG_ACTIONS);

  final MemoryStore store = new MemoryStore();
  final SortedMap<String, SimulatedDevice> devices = new TreeMap<>();
  final Random random;
  long nowMs = 1_000_000;
  int kills;

  private final double trouble;

  /** An acknowledgement of each device that the network may repeat, however old it is. */
  private final Map<String, Ack> remembered = new TreeMap<>();

  /** What the broker holds: the last assignment published to each device. */
  private final Map<String, byte[]> retained = new TreeMap<>();

  // The present controller
  private BatchRunner runner;
  Rollouts rollouts;
  private Assignments assignments;
  private Ingest ingest;
  private RunningIntervals intervals;

  /**
   * A world with enrolled devices.
   *
   * @param trouble chance of a lost, repeated or reordered message, and of a kill in each batch
   */
  SimulatedWorld(long seed, int count, double trouble, Predicate<VersionRef> refuses) {
    this.random = new Random(seed);
    this.trouble = trouble;
    for (int i = 1; i <= count; i++) {
      String id = "dev-" + (char) ('a' + i - 1);
      devices.put(id, new SimulatedDevice(id, refuses));
    }
    DeviceDirectory directory = new DeviceDirectory(store);
    this.runner = new BatchRunner(store);
    runner.decide(
        tx -> {
          for (String id : devices.keySet()) {
            directory.put(
                tx, DeviceRecord.enrolled(id, Map.of(), DeviceRecord.Identity.of(1, "1", "00")));
          }
          return true;
        });
    start();
  }

  private void start() {
    runner = new BatchRunner(store);
    DeviceDirectory directory = new DeviceDirectory(store);
    EventLog events = new EventLog(store, Clock.fixed(Instant.ofEpochMilli(nowMs), ZoneOffset.UTC));
    VersionCatalog catalog = (model, version) -> known(version);
    assignments =
        new Assignments("default", directory, catalog, MessageCodec::encode, retained::put);
    intervals = new RunningIntervals(assignments);
    rollouts =
        new Rollouts(directory, catalog, assignments, events, (tx, version, matched) -> Map.of());
    ingest =
        new Ingest(directory, new Predictions(catalog), new Handlers(), events, this::acknowledge);
    runner.decide(
        tx -> {
          rollouts.recovered(tx, nowMs);
          intervals.recovered(tx, directory, nowMs);
          ingest.recovered(tx);
          assignments.republishAll(tx, nowMs);
          return true;
        });
  }

  private final class Handlers implements BodyHandlers {
    @Override
    public void hello(Transaction tx, String device, Hello hello, boolean forgot, long atMs) {
      rollouts.hello(tx, device, hello, forgot, atMs);
    }

    @Override
    public void progress(Transaction tx, String device, Progress progress, long atMs) {
      rollouts.progress(tx, device, progress, atMs);
    }

    @Override
    public void running(
        Transaction tx, String device, Optional<VersionRef> running, long assignment, long atMs) {
      intervals.running(tx, device, running, assignment, atMs);
    }

    @Override
    public void renewal(Transaction tx, String device, RenewalRequest request, long atMs) {
      // Renewals have their own test.
    }

    @Override
    public void command(Transaction tx, String device, CommandAnswer answer, long atMs) {
      // Commands have their own test.
    }

    @Override
    public void profile(Transaction tx, String device, ProfileReport report, long atMs) {
      // Profile jobs have their own test.
    }

    @Override
    public void health(Transaction tx, String device, HealthReport report, long atMs) {
      // Gates have their own test.
    }

    @Override
    public void window(Transaction tx, String device, WindowReport report, long atMs) {
      // The monitor has its own test.
    }
  }

  private static Optional<KnownVersion> known(int version) {
    VersionRef ref = version == 1 ? V1 : V2;
    return version > 2
        ? Optional.empty()
        : Optional.of(
            new KnownVersion(
                ref,
                new Assignment.Archive(100, ref.bundle(), ref.bundle()),
                true,
                Optional.empty()));
  }

  <T> T decide(Decision<T> decision) {
    return runner.decide(decision);
  }

  private void acknowledge(String device, Ack ack) {
    SimulatedDevice known = devices.get(device);
    if (known != null && !happens()) {
      known.acknowledged(ack);
    }
    if (known != null && happens()) {
      known.acknowledged(remembered.getOrDefault(device, ack));
      remembered.put(device, ack);
    }
  }

  /** One step of everything: devices speak, the controller decides, assignments arrive. */
  void step() {
    nowMs += STEP_MILLIS;
    List<Decision<?>> inputs = new ArrayList<>();
    for (SimulatedDevice device : devices.values()) {
      if (random.nextInt(10) == 0) {
        inputs.add(input(device.id, UpKind.HELLO, device.hello()));
      }
      int sent = 0;
      for (SpooledEnvelope envelope : device.spool.values()) {
        if (sent++ < 8 && !happens()) {
          Decision<?> input = input(device.id, envelope.kind(), MessageCodec.encode(envelope));
          inputs.add(input);
          if (happens()) {
            inputs.add(input);
          }
        }
      }
    }
    if (happens()) {
      Collections.shuffle(inputs, random);
    }
    inputs.add(
        tx -> {
          rollouts.tick(tx, nowMs);
          return true;
        });
    runBatches(inputs);
    deliver();
  }

  private Decision<?> input(String device, UpKind kind, byte[] payload) {
    return tx -> {
      ingest.message(tx, new UpTopic(device, kind), payload, nowMs);
      return true;
    };
  }

  private void runBatches(List<Decision<?>> inputs) {
    int from = 0;
    while (from < inputs.size()) {
      int to = Math.min(inputs.size(), from + 1 + random.nextInt(10));
      boolean killed = happens();
      Cut cut = killed ? CUTS.get(random.nextInt(CUTS.size())) : Cut.NONE;
      runner.batch(inputs.subList(from, to), cut);
      if (killed) {
        kill();
        return; // what was on its way is lost with the broker
      }
      from = to;
    }
  }

  /** Kills the controller with its broker, and starts it again. */
  void kill() {
    kills++;
    retained.clear();
    start();
  }

  /** Types of all events, oldest first. */
  List<String> eventTypes() {
    EventLog events = new EventLog(store, Clock.fixed(Instant.EPOCH, ZoneOffset.UTC));
    List<String> types = new ArrayList<>();
    long after = 0;
    List<LoggedEvent> page;
    do {
      page = events.page(after, EventLog.MAX_PAGE);
      for (LoggedEvent event : page) {
        types.add(event.type());
        after = event.id();
      }
    } while (!page.isEmpty());
    return types;
  }

  /** Sets the controller back to a backup. */
  void restore(NavigableMap<String, byte[]> backup) {
    store.restore(backup);
    kill();
  }

  private void deliver() {
    retained.forEach(
        (id, bytes) -> {
          SimulatedDevice device = devices.get(id);
          if (device != null && bytes.length > 0 && !happens()) {
            device.receive(MessageCodec.decode(bytes, Assignment.class), nowMs);
          }
        });
  }

  private boolean happens() {
    return random.nextDouble() < trouble;
  }
}

package io.flotilla.controller.app;

import io.flotilla.bundle.signing.Dsse;
import io.flotilla.controller.catalog.ModelRoutes;
import io.flotilla.controller.catalog.RegistryCatalog;
import io.flotilla.controller.core.DecisionLoop;
import io.flotilla.controller.core.StoredRecords;
import io.flotilla.controller.core.Transaction;
import io.flotilla.controller.delivery.BundleDelivery;
import io.flotilla.controller.delivery.DeliveryLimits;
import io.flotilla.controller.device.DeviceDirectory;
import io.flotilla.controller.device.DeviceRecord;
import io.flotilla.controller.device.FleetState;
import io.flotilla.controller.device.Selector;
import io.flotilla.controller.event.EventLog;
import io.flotilla.controller.http.Routes;
import io.flotilla.controller.ingest.BodyHandlers;
import io.flotilla.controller.ingest.Ingest;
import io.flotilla.controller.ingest.PredictionRoutes;
import io.flotilla.controller.ingest.Predictions;
import io.flotilla.controller.monitor.CohortAssigner;
import io.flotilla.controller.monitor.DriftMonitor;
import io.flotilla.controller.monitor.DriftRoutes;
import io.flotilla.controller.rollout.Assignments;
import io.flotilla.controller.rollout.RolloutRoutes;
import io.flotilla.controller.rollout.Rollouts;
import io.flotilla.controller.training.CapturedRows;
import io.flotilla.controller.training.DatasetRoutes;
import io.flotilla.controller.training.TrainingRoutes;
import io.flotilla.controller.training.TrainingRuns;
import io.flotilla.protocol.codec.MessageCodec;
import io.flotilla.protocol.message.Assignment;
import io.flotilla.protocol.message.Hello;
import io.flotilla.protocol.message.Progress;
import io.flotilla.protocol.message.VersionRef;
import io.flotilla.protocol.message.WindowReport;
import io.flotilla.protocol.topic.Topics;
import io.flotilla.registry.dataset.DatasetRegistry;
import io.flotilla.registry.model.ModelRegistry;
import io.flotilla.registry.model.ModelVersion;
import io.flotilla.registry.run.RunRegistry;
import io.flotilla.retraining.PipelineRunner;
import io.flotilla.retraining.RunLimits;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The features on their foundation, before anything talks to the world. */
final class Features {
  private final Foundation foundation;
  private final ModelRegistry models;
  private final RegistryCatalog catalog;
  private final DeviceDirectory devices;
  private final EventLog events;
  private final DecisionLoop core;
  private final Assignments assignments;
  private final Rollouts rollouts;
  private final Predictions predictions;
  private final Ingest ingest;
  private final BundleDelivery delivery;
  private final TrainingRuns training;
  private final RunRegistry runs;
  private final DatasetRegistry datasets;

  /** Wires the features; what has threads is added to {@code stopping}. */
  Features(Foundation foundation, Outbound outbound, Topics topics, Stopping stopping) {
    this.foundation = foundation;
    this.models =
        new ModelRegistry(
            foundation.store(), foundation.blobs(), foundation.clock(), foundation.policy());
    this.catalog = new RegistryCatalog(models);
    this.devices = new DeviceDirectory(foundation.store());
    this.events = new EventLog(foundation.store(), foundation.clock());
    this.core = stopping.add("the core", new DecisionLoop(foundation.store()));
    this.assignments =
        new Assignments(topics.tenant(), devices, catalog, this::sign, outbound::assignment);
    this.rollouts = new Rollouts(devices, catalog, assignments, events);
    this.predictions = new Predictions(catalog);
    this.ingest = new Ingest(devices, predictions, new Handlers(), events, outbound::acknowledge);
    this.delivery =
        stopping.add(
            "the delivery",
            new BundleDelivery(
                new BundleDelivery.Sources(this::assigned, this::archive),
                outbound::bundlePart,
                DeliveryLimits.DEFAULT,
                foundation.clock()));
    this.runs = new RunRegistry(foundation.store(), foundation.clock());
    this.datasets = new DatasetRegistry(foundation.store(), foundation.blobs(), foundation.clock());
    Path runFolder = foundation.folder("runs");
    this.training =
        stopping.add(
            "the training",
            new TrainingRuns(
                new TrainingRuns.Registries(runs, datasets, models),
                cache -> new PipelineRunner(RunLimits.DEFAULT, cache, foundation.clock()),
                runFolder,
                core,
                events));
  }

  /** What the features make of messages that are not their own. */
  private final class Handlers implements BodyHandlers {
    private final DriftMonitor monitor = new DriftMonitor(catalog, devices, events);

    @Override
    public void hello(Transaction tx, String device, Hello hello, long nowMs) {
      rollouts.hello(tx, device, hello, nowMs);
    }

    @Override
    public void progress(Transaction tx, String device, Progress progress, long nowMs) {
      rollouts.progress(tx, device, progress, nowMs);
    }

    @Override
    public void window(Transaction tx, String device, WindowReport report, long nowMs) {
      monitor.window(tx, device, report);
    }
  }

  DecisionLoop core() {
    return core;
  }

  FleetState fleet() {
    return new FleetState(core, devices, events);
  }

  Ingest ingest() {
    return ingest;
  }

  BundleDelivery delivery() {
    return delivery;
  }

  Assignments assignments() {
    return assignments;
  }

  Rollouts rollouts() {
    return rollouts;
  }

  /** Brings what an earlier process left in order, before anybody talks to this one. */
  void recover() {
    training.recover();
    long nowMs = foundation.clock().millis();
    Waiting.await(
        core.submit(
            tx -> {
              rollouts.recovered(tx, nowMs);
              ingest.recovered(tx);
              return nowMs;
            }));
  }

  /** The routes of these features. */
  List<Routes> routes() {
    StoredRecords stored = new StoredRecords(foundation.store());
    return List.of(
        new RolloutRoutes(core, rollouts, stored, foundation.clock()),
        new PredictionRoutes(core, stored, predictions),
        new DriftRoutes(core, stored, new CohortAssigner(catalog, devices)),
        new ModelRoutes(
            core,
            models,
            catalog,
            events,
            new ModelRoutes.Config(foundation.policy().maxArchiveBytes(), this::usedBy)),
        new DatasetRoutes(
            core,
            datasets,
            new CapturedRows(stored, catalog, devices),
            events,
            foundation.folder("scratch")),
        new TrainingRoutes(training, runs));
  }

  private byte[] sign(Assignment assignment) {
    return Dsse.sign(
        Assignment.PAYLOAD_TYPE, MessageCodec.encode(assignment), foundation.assignmentKey());
  }

  private Optional<VersionRef> assigned(String device) {
    return devices.find(device).flatMap(DeviceRecord::desired).map(DeviceRecord.Desired::target);
  }

  private Path archive(VersionRef ref) {
    return models.archive(models.require(ref.model(), ref.version()));
  }

  private List<String> usedBy(Transaction tx, ModelVersion version) {
    VersionRef ref = RegistryCatalog.ref(version);
    List<String> users = new ArrayList<>();
    for (DeviceRecord device : devices.select(Selector.ALL)) {
      if (device.running().filter(ref::equals).isPresent()) {
        users.add(device.id());
      }
    }
    users.addAll(assignments.users(tx, ref));
    users.addAll(rollouts.users(tx, ref));
    return users.stream().distinct().toList();
  }
}

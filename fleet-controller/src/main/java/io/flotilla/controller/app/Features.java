package io.flotilla.controller.app;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.signing.Dsse;
import io.flotilla.controller.alert.AlertRoutes;
import io.flotilla.controller.alert.Alerts;
import io.flotilla.controller.catalog.AliasRoutes;
import io.flotilla.controller.catalog.Intake;
import io.flotilla.controller.catalog.ModelChanges;
import io.flotilla.controller.catalog.ModelRoutes;
import io.flotilla.controller.catalog.RegistryCatalog;
import io.flotilla.controller.command.CommandRoutes;
import io.flotilla.controller.command.Commands;
import io.flotilla.controller.core.DecisionLoop;
import io.flotilla.controller.core.StoredRecords;
import io.flotilla.controller.core.Transaction;
import io.flotilla.controller.custody.AuditRoutes;
import io.flotilla.controller.custody.StorageRoutes;
import io.flotilla.controller.custody.Upkeep;
import io.flotilla.controller.delivery.BundleDelivery;
import io.flotilla.controller.delivery.DeliveryLimits;
import io.flotilla.controller.device.DeviceDirectory;
import io.flotilla.controller.device.DeviceRecord;
import io.flotilla.controller.device.FleetState;
import io.flotilla.controller.device.GroupRoutes;
import io.flotilla.controller.device.Groups;
import io.flotilla.controller.device.Selector;
import io.flotilla.controller.event.EventLog;
import io.flotilla.controller.gate.Gates;
import io.flotilla.controller.http.Routes;
import io.flotilla.controller.identity.Renewals;
import io.flotilla.controller.ingest.BodyHandlers;
import io.flotilla.controller.ingest.Ingest;
import io.flotilla.controller.ingest.PredictionRoutes;
import io.flotilla.controller.ingest.Predictions;
import io.flotilla.controller.ingest.StoredPrediction;
import io.flotilla.controller.monitor.CohortAssigner;
import io.flotilla.controller.monitor.DriftMonitor;
import io.flotilla.controller.monitor.DriftRoutes;
import io.flotilla.controller.profiling.ProfileJobs;
import io.flotilla.controller.rollout.Assignments;
import io.flotilla.controller.rollout.RolloutRoutes;
import io.flotilla.controller.rollout.Rollouts;
import io.flotilla.controller.training.CapturedRows;
import io.flotilla.controller.training.DatasetRoutes;
import io.flotilla.controller.training.TrainingRoutes;
import io.flotilla.controller.training.TrainingRuns;
import io.flotilla.controller.webhook.MailSettings;
import io.flotilla.controller.webhook.WebhookPolicy;
import io.flotilla.controller.webhook.WebhookRoutes;
import io.flotilla.controller.webhook.Webhooks;
import io.flotilla.protocol.codec.MessageCodec;
import io.flotilla.protocol.message.Assignment;
import io.flotilla.protocol.message.CommandAnswer;
import io.flotilla.protocol.message.DeviceCommand;
import io.flotilla.protocol.message.HealthReport;
import io.flotilla.protocol.message.Hello;
import io.flotilla.protocol.message.ProfileCommand;
import io.flotilla.protocol.message.ProfileReport;
import io.flotilla.protocol.message.Progress;
import io.flotilla.protocol.message.RenewalRequest;
import io.flotilla.protocol.message.VersionRef;
import io.flotilla.protocol.message.WindowReport;
import io.flotilla.protocol.topic.Topics;
import io.flotilla.registry.backup.BackupWriter;
import io.flotilla.registry.blob.BlobUse;
import io.flotilla.registry.custody.StorageVerifier;
import io.flotilla.registry.dataset.DatasetRegistry;
import io.flotilla.registry.environment.EnvironmentRegistry;
import io.flotilla.registry.model.ModelRegistry;
import io.flotilla.registry.model.ModelVersion;
import io.flotilla.registry.run.RunRegistry;
import io.flotilla.retraining.PipelineRunner;
import io.flotilla.retraining.RunLimits;
import java.math.BigInteger;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;

/** The features on their foundation, before anything talks to the world. */
final class Features {
  private final Foundation foundation;
  private final ModelRegistry models;
  private final RegistryCatalog catalog;
  private final DeviceDirectory devices;
  private final Groups groups;
  private final EventLog events;
  private final DecisionLoop core;
  private final Assignments assignments;
  private final Governance governance;
  private final Rollouts rollouts;
  private final Gates gates;
  private final Predictions predictions;
  private final Ingest ingest;
  private final BundleDelivery delivery;
  private final TrainingRuns training;
  private final RunRegistry runs;
  private final DatasetRegistry datasets;
  private final EnvironmentRegistry environments;
  private final Upkeep upkeep;
  private final Webhooks webhooks;
  private final Alerts alerts;
  private final Commands commands;
  private final Renewals renewals;

  /** Wires the features; what has threads is added to {@code stopping}. */
  Features(Foundation foundation, Outbound outbound, Topics topics, Stopping stopping) {
    this.foundation = foundation;
    this.models = foundation.models();
    this.catalog = new RegistryCatalog(models, foundation.clock());
    this.devices = new DeviceDirectory(foundation.store());
    this.groups = new Groups(foundation.store());
    this.events = new EventLog(foundation.store(), foundation.clock());
    this.core = stopping.add("the core", new DecisionLoop(foundation.store(), foundation.audit()));
    this.assignments =
        new Assignments(topics.tenant(), devices, catalog, this::sign, outbound::assignment);
    this.runs = new RunRegistry(foundation.store(), foundation.clock());
    this.datasets = foundation.datasets();
    this.environments = new EnvironmentRegistry(foundation.store(), foundation.clock());
    this.governance =
        new Governance(
            foundation.clock(),
            new Governance.Registries(models, runs, datasets, environments),
            fleet(),
            new StoredRecords(foundation.store()),
            new Governance.Ways(
                new ProfileJobs.Naming(topics.tenant(), foundation.random()),
                assignments,
                command -> outbound.command(command.deviceId(), sign(command))));
    this.commands = commands(topics, outbound);
    this.renewals = new Renewals(foundation.authority(), devices, events, outbound::certificate);
    this.rollouts = new Rollouts(devices, catalog, assignments, events, governance.gate());
    this.gates = new Gates(devices, catalog, rollouts);
    this.predictions = new Predictions(catalog, this::labelled);
    this.ingest = new Ingest(devices, predictions, new Handlers(), events, outbound::acknowledge);
    this.delivery =
        stopping.add(
            "the delivery",
            new BundleDelivery(
                new BundleDelivery.Sources(this::assigned, this::archive),
                outbound::bundlePart,
                DeliveryLimits.DEFAULT,
                foundation.clock()));
    this.upkeep =
        stopping.add(
            "the upkeep", new Upkeep(foundation.blobs(), () -> neededBlobs().map(BlobUse::digest)));
    this.webhooks = stopping.add("the webhooks", webhooks(topics));
    this.alerts =
        stopping.add(
            "the alerts",
            new Alerts(fleet(), new StoredRecords(foundation.store()), foundation.clock()));
    this.training = stopping.add("the training", training());
  }

  private TrainingRuns training() {
    return new TrainingRuns(
        new TrainingRuns.Registries(runs, datasets, models),
        cache -> new PipelineRunner(RunLimits.DEFAULT, cache, foundation.clock()),
        foundation.folder("runs"),
        core,
        events);
  }

  private Commands commands(Topics topics, Outbound outbound) {
    return new Commands(
        new Commands.Naming(topics.tenant(), foundation.random()),
        devices,
        events,
        command -> outbound.command(command.deviceId(), sign(command)));
  }

  private Webhooks webhooks(Topics topics) {
    return new Webhooks(
        fleet(),
        new StoredRecords(foundation.store()),
        foundation.webhookSecrets(),
        WebhookPolicy.DEFAULT,
        new Webhooks.Source(
            "urn:flotilla:" + topics.tenant(),
            foundation.clock(),
            MailSettings.read(foundation.config().data())));
  }

  /** What the features make of messages that are not their own. */
  private final class Handlers implements BodyHandlers {
    private final DriftMonitor monitor = new DriftMonitor(catalog, devices, events);

    @Override
    public void hello(Transaction tx, String device, Hello hello, boolean forgot, long nowMs) {
      rollouts.hello(tx, device, hello, forgot, nowMs);
      governance.hello(tx, device);
      commands.hello(tx, device, nowMs);
    }

    @Override
    public void progress(Transaction tx, String device, Progress progress, long nowMs) {
      rollouts.progress(tx, device, progress, nowMs);
    }

    @Override
    public void renewal(Transaction tx, String device, RenewalRequest request, long nowMs) {
      renewals.asked(tx, device, request, nowMs);
    }

    @Override
    public void command(Transaction tx, String device, CommandAnswer answer, long nowMs) {
      commands.answer(tx, device, answer, nowMs);
    }

    @Override
    public void running(
        Transaction tx, String device, Optional<VersionRef> running, long assignment, long nowMs) {
      governance.running(tx, device, running, assignment, nowMs);
    }

    @Override
    public void profile(Transaction tx, String device, ProfileReport report, long nowMs) {
      governance.profile(tx, device, report, nowMs);
    }

    @Override
    public void health(Transaction tx, String device, HealthReport report, long nowMs) {
      gates.health(tx, device, report, nowMs);
    }

    @Override
    public void window(Transaction tx, String device, WindowReport report, long nowMs) {
      monitor.window(tx, device, report);
    }
  }

  private void labelled(Transaction tx, String id, StoredPrediction prediction) {
    catalog
        .find(prediction.model(), prediction.version())
        .ifPresent(
            version ->
                gates.labelled(
                    tx,
                    StoredPrediction.deviceOf(id),
                    version.ref(),
                    prediction.label().equals(prediction.truth()),
                    foundation.clock().millis()));
  }

  DecisionLoop core() {
    return core;
  }

  FleetState fleet() {
    return new FleetState(core, devices, groups, events);
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

  /** Nobody waits any longer for a device that was shut out. */
  CompletionStage<Boolean> gone(String device) {
    return core.submit(
        tx -> {
          long nowMs = foundation.clock().millis();
          rollouts.gone(tx, device, ErrorCode.FORBIDDEN, nowMs);
          commands.gone(tx, device, nowMs);
          return true;
        });
  }

  /**
   * Whether a device may connect with this certificate. Any thread; never blocks.
   *
   * @param serial serial number of the certificate
   */
  boolean admits(String device, BigInteger serial) {
    boolean admitted = devices.admits(device, serial);
    if (admitted && renewals.connectedWithNew(device, serial)) {
      var _ =
          core.submit(
              tx -> {
                renewals.confirmed(tx, device);
                return true;
              });
    }
    return admitted;
  }

  /**
   * Time passed.
   *
   * @return whether there is more to do at this moment, in a decision of its own
   */
  boolean tick(Transaction tx, long nowMs) {
    boolean more = rollouts.tick(tx, nowMs);
    gates.tick(tx, nowMs);
    governance.tick(tx, nowMs);
    commands.tick(tx, nowMs);
    return more;
  }

  /** Brings what an earlier process left in order, before anybody talks to this one. */
  void recover() {
    training.recover();
    long nowMs = foundation.clock().millis();
    var _ =
        core.decide(
            tx -> {
              rollouts.recovered(tx, nowMs);
              governance.recovered(tx, nowMs);
              commands.recovered(tx, nowMs);
              ingest.recovered(tx);
              return nowMs;
            });
    upkeep.start(this::warm);
    webhooks.start();
    alerts.start();
  }

  /** Loads the versions that devices run or shall run, so that no message waits for that. */
  private void warm() {
    devices.select(Selector.ALL).stream()
        .flatMap(
            device ->
                Stream.concat(
                    device.running().stream(),
                    device.desired().map(DeviceRecord.Desired::target).stream()))
        .distinct()
        .limit(RegistryCatalog.MAX_CACHED)
        .forEach(catalog::warm);
  }

  private Stream<BlobUse> neededBlobs() {
    return Stream.concat(models.blobUses(), datasets.blobUses());
  }

  /** The routes of these features. */
  List<Routes> routes() {
    StoredRecords stored = new StoredRecords(foundation.store());
    List<Routes> routes = new ArrayList<>();
    routes.add(new RolloutRoutes(fleet(), rollouts, stored, foundation.clock()));
    routes.add(new PredictionRoutes(core, stored, predictions, this::requireModel));
    routes.add(new GroupRoutes(fleet(), foundation.clock()));
    routes.add(new CommandRoutes(fleet(), commands, foundation.clock()));
    routes.add(new WebhookRoutes(fleet(), webhooks, foundation.clock()));
    routes.add(new AlertRoutes(fleet(), alerts, foundation.clock()));
    routes.add(
        new DriftRoutes(core, stored, new CohortAssigner(catalog, devices), this::requireModel));
    routes.addAll(registryRoutes(stored));
    routes.addAll(custodyRoutes());
    routes.addAll(governance.routes());
    return routes;
  }

  private List<Routes> registryRoutes(StoredRecords stored) {
    Intake intake = new Intake(core, events);
    ModelChanges changes =
        new ModelChanges(
            new ModelChanges.Registries(models, runs, datasets, environments),
            catalog,
            events,
            this::usedBy);
    return List.of(
        new ModelRoutes(
            core,
            intake,
            models,
            changes,
            new ModelRoutes.Config(
                foundation.policy().maxArchiveBytes(),
                catalog,
                governance.profiles()::recommendations)),
        new AliasRoutes(core, models, changes),
        new DatasetRoutes(
            intake,
            datasets,
            new CapturedRows(stored, catalog, devices, groups),
            events,
            foundation.emptied("scratch")),
        new TrainingRoutes(training, runs));
  }

  private List<Routes> custodyRoutes() {
    BackupWriter backups =
        new BackupWriter(
            foundation.storage().records(),
            foundation.blobs(),
            foundation.audit(),
            foundation.clock());
    StorageVerifier verifier =
        new StorageVerifier(
            foundation.audit(),
            foundation.storage().records(),
            foundation.blobs(),
            this::neededBlobs);
    return List.of(
        new AuditRoutes(core, foundation.audit(), verifier, events),
        new StorageRoutes(core, events, upkeep, backups, foundation.config().data()));
  }

  private void requireModel(String name) {
    if (models.model(name).isEmpty()) {
      throw new FlotillaException(ErrorCode.MODEL_NOT_FOUND, "no model of that name is registered");
    }
  }

  private byte[] sign(Assignment assignment) {
    return Dsse.sign(
        Assignment.PAYLOAD_TYPE, MessageCodec.encode(assignment), foundation.assignmentKey());
  }

  private byte[] sign(DeviceCommand command) {
    return Dsse.sign(
        DeviceCommand.PAYLOAD_TYPE, MessageCodec.encode(command), foundation.assignmentKey());
  }

  private byte[] sign(ProfileCommand command) {
    return Dsse.sign(
        ProfileCommand.PAYLOAD_TYPE, MessageCodec.encode(command), foundation.assignmentKey());
  }

  private Optional<VersionRef> assigned(String device) {
    return devices.find(device).flatMap(DeviceRecord::desired).map(DeviceRecord.Desired::target);
  }

  private Path archive(VersionRef ref) {
    return models.archive(models.require(ref.model(), ref.version()));
  }

  /** As this decision sees it: a report of the same batch counts already. */
  private List<String> usedBy(Transaction tx, ModelVersion version) {
    VersionRef ref = RegistryCatalog.ref(version);
    Stream<String> reporting =
        devices.select(Selector.ALL).stream()
            .map(DeviceRecord::id)
            .filter(
                id -> devices.get(tx, id).flatMap(DeviceRecord::running).equals(Optional.of(ref)));
    // A device that was shut out can never be told to run it again, whatever it reported last.
    Stream<String> admitted =
        Stream.concat(reporting, assignments.users(tx, ref).stream())
            .filter(id -> devices.get(tx, id).filter(d -> !d.identity().revoked()).isPresent());
    return Stream.concat(admitted, rollouts.users(tx, ref).stream()).distinct().toList();
  }
}

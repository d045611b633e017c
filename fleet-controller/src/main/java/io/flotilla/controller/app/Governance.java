package io.flotilla.controller.app;

import io.flotilla.controller.conversion.ConversionRoutes;
import io.flotilla.controller.core.StoredRecords;
import io.flotilla.controller.core.Transaction;
import io.flotilla.controller.device.FleetState;
import io.flotilla.controller.environment.EnvironmentRoutes;
import io.flotilla.controller.environment.FleetFit;
import io.flotilla.controller.governance.GovernanceRoutes;
import io.flotilla.controller.governance.RunningIntervals;
import io.flotilla.controller.http.Routes;
import io.flotilla.controller.profiling.ProfileCommands;
import io.flotilla.controller.profiling.ProfileJobRoutes;
import io.flotilla.controller.profiling.ProfileJobs;
import io.flotilla.controller.profiling.ProfileRoutes;
import io.flotilla.controller.profiling.Profiles;
import io.flotilla.controller.rollout.Assignments;
import io.flotilla.controller.rollout.RolloutGate;
import io.flotilla.protocol.message.ProfileReport;
import io.flotilla.protocol.message.VersionRef;
import io.flotilla.registry.dataset.DatasetRegistry;
import io.flotilla.registry.environment.EnvironmentRegistry;
import io.flotilla.registry.model.ModelRegistry;
import io.flotilla.registry.run.RunRegistry;
import java.time.Clock;
import java.util.List;
import java.util.Optional;

/** What is known of versions beyond themselves: what they need, where they ran, how fast. */
final class Governance {
  private final Clock clock;
  private final Registries registries;
  private final FleetState fleet;
  private final StoredRecords stored;
  private final FleetFit fit;
  private final RunningIntervals intervals;
  private final Profiles profiles;
  private final ProfileJobs jobs;

  /** What is registered. */
  record Registries(
      ModelRegistry models,
      RunRegistry runs,
      DatasetRegistry datasets,
      EnvironmentRegistry environments) {}

  /**
   * What leads to devices.
   *
   * @param naming how profile jobs are named, and whose devices they are for
   * @param assignments what they are told to run
   * @param commands what else they are told
   */
  record Ways(ProfileJobs.Naming naming, Assignments assignments, ProfileCommands commands) {}

  Governance(
      Clock clock, Registries registries, FleetState fleet, StoredRecords stored, Ways ways) {
    this.clock = clock;
    this.registries = registries;
    this.fleet = fleet;
    this.stored = stored;
    this.fit = new FleetFit(registries.models(), registries.environments());
    this.intervals = new RunningIntervals(ways.assignments());
    this.profiles = new Profiles(registries.models(), stored, fleet.events());
    this.jobs =
        new ProfileJobs(
            ways.naming(), registries.models(), fleet.devices(), profiles, ways.commands());
  }

  /** What was measured of versions. */
  Profiles profiles() {
    return profiles;
  }

  /** Asked before a rollout begins. */
  RolloutGate gate() {
    return fit;
  }

  /** A device connected. */
  void hello(Transaction tx, String device) {
    jobs.hello(tx, device);
  }

  /** A device said what it runs. */
  void running(
      Transaction tx, String device, Optional<VersionRef> running, long assignment, long nowMs) {
    intervals.running(tx, device, running, assignment, nowMs);
  }

  /** A device said how far it is with a profile job. */
  void profile(Transaction tx, String device, ProfileReport report, long nowMs) {
    jobs.report(tx, device, report, nowMs);
  }

  /** Time passed. */
  void tick(Transaction tx, long nowMs) {
    jobs.tick(tx, nowMs);
  }

  /** The controller is back: once after every start, before anything else. */
  void recovered(Transaction tx, long nowMs) {
    intervals.recovered(tx, fleet.devices(), nowMs);
  }

  /** The routes of all this. */
  List<Routes> routes() {
    ModelRegistry models = registries.models();
    return List.of(
        new EnvironmentRoutes(fleet, registries.environments(), models, fit),
        new GovernanceRoutes(
            new GovernanceRoutes.Registries(
                models, registries.runs(), registries.datasets(), registries.environments()),
            stored),
        new ProfileRoutes(fleet.core(), models, profiles, clock),
        new ProfileJobRoutes(fleet.core(), jobs, profiles, stored, clock),
        new ConversionRoutes(fleet.core(), models, stored, fleet.events(), clock));
  }
}

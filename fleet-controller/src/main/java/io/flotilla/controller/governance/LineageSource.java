package io.flotilla.controller.governance;

import io.flotilla.controller.core.StoredRecords;
import io.flotilla.controller.core.Table;
import io.flotilla.controller.rollout.RolloutRecords;
import io.flotilla.registry.dataset.Dataset;
import io.flotilla.registry.dataset.DatasetRegistry;
import io.flotilla.registry.environment.EnvironmentRegistry;
import io.flotilla.registry.lineage.LineageFacts;
import io.flotilla.registry.lineage.LineageFacts.DatasetFact;
import io.flotilla.registry.lineage.LineageFacts.IntervalFact;
import io.flotilla.registry.lineage.LineageFacts.RolloutFact;
import io.flotilla.registry.lineage.LineageFacts.SignatureFact;
import io.flotilla.registry.model.ModelVersion;
import io.flotilla.registry.run.RunRegistry;
import io.flotilla.rollout.engine.Rollout;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Collects what is known of a version. Thread-safe; touches the disk. */
final class LineageSource {
  /** Most rollouts and most intervals of one answer; the first ones. */
  static final int MOST = 1000;

  private final Registries registries;
  private final StoredRecords stored;
  private final IntervalHistory intervals;

  /** Where what a version is linked to is registered. */
  record Registries(RunRegistry runs, DatasetRegistry datasets, EnvironmentRegistry environments) {}

  LineageSource(Registries registries, StoredRecords stored, IntervalHistory intervals) {
    this.registries = registries;
    this.stored = stored;
    this.intervals = intervals;
  }

  LineageFacts of(ModelVersion version) {
    return new LineageFacts(
        version,
        version.lineage().run().flatMap(named -> registries.runs().named(version.model(), named)),
        datasets(version),
        version
            .particulars()
            .environment()
            .flatMap(named -> referenced(named, registries.environments()::find)),
        List.of(signature(version)),
        rollouts(version),
        intervals
            .ofVersion(version.model(), version.version(), interval -> true, "", MOST)
            .items()
            .stream()
            .map(LineageSource::interval)
            .toList());
  }

  private List<DatasetFact> datasets(ModelVersion version) {
    return version.particulars().datasets().stream()
        .map(
            link -> {
              Optional<Dataset> dataset = referenced(link.dataset(), registries.datasets()::find);
              return new DatasetFact(
                  dataset.map(Dataset::reference).orElse(link.dataset()),
                  link.use().name().toLowerCase(Locale.ROOT),
                  dataset
                      .map(known -> Map.of("rows", String.format(Locale.ROOT, "%,d", known.rows())))
                      .orElse(Map.of()));
            })
        .toList();
  }

  /** Finds what a text {@code name:version} names. */
  private interface Finder<T> {
    Optional<T> find(String name, int version);
  }

  private static <T> Optional<T> referenced(String reference, Finder<T> finder) {
    int colon = reference.indexOf(':');
    String version = reference.substring(colon + 1);
    return colon > 0 && version.matches("[1-9][0-9]{0,8}")
        ? finder.find(reference.substring(0, colon), Integer.parseInt(version))
        : Optional.empty();
  }

  private static SignatureFact signature(ModelVersion version) {
    Map<String, String> facts = new TreeMap<>();
    version.registration().refusal().ifPresent(code -> facts.put("refusal", code.name()));
    return new SignatureFact(version.registration().publisher(), facts);
  }

  private List<RolloutFact> rollouts(ModelVersion version) {
    String prefix = RolloutRecords.ofVersion(version.model(), version.version());
    return stored.scan(RolloutRecords.OF_VERSION, prefix, "", MOST).stream()
        .map(Table.Row::id)
        .map(id -> id.substring(prefix.length()))
        .flatMap(id -> stored.get(RolloutRecords.ROLLOUTS, id).stream())
        .map(LineageSource::rollout)
        .toList();
  }

  private static RolloutFact rollout(Rollout rollout) {
    return new RolloutFact(
        rollout.id(), rollout.state().name(), rollout.origin().createdAtMs(), rollout.devices());
  }

  private static IntervalFact interval(RunningInterval interval) {
    return new IntervalFact(
        interval.device(), interval.fromMs(), interval.toMs(), interval.rollout());
  }
}

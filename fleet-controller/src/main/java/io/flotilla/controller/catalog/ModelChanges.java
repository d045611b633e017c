package io.flotilla.controller.catalog;

import io.flotilla.controller.access.Caller;
import io.flotilla.controller.core.Reason;
import io.flotilla.controller.core.Transaction;
import io.flotilla.controller.event.EventLog;
import io.flotilla.controller.event.FleetEvent;
import io.flotilla.registry.dataset.DatasetRegistry;
import io.flotilla.registry.environment.EnvironmentRegistry;
import io.flotilla.registry.model.Alias;
import io.flotilla.registry.model.AliasMove;
import io.flotilla.registry.model.Annotation;
import io.flotilla.registry.model.Changes;
import io.flotilla.registry.model.DatasetLink;
import io.flotilla.registry.model.DeletionRequest;
import io.flotilla.registry.model.ModelRecord;
import io.flotilla.registry.model.ModelRegistry;
import io.flotilla.registry.model.ModelVersion;
import io.flotilla.registry.model.Prepared;
import io.flotilla.registry.model.RegistrationRequest;
import io.flotilla.registry.model.VersionDetails;
import io.flotilla.registry.name.Names;
import io.flotilla.registry.run.Run;
import io.flotilla.registry.run.RunRegistry;
import io.flotilla.registry.store.RecordTransaction;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiFunction;

/**
 * Every change of a model or version as a part of a decision: the records, the entry in the audit
 * chain and the event belong together. Core thread only, but for {@link #withRun}.
 */
public final class ModelChanges {
  private final Registries registries;
  private final ModelRegistry registry;
  private final RegistryCatalog catalog;
  private final EventLog events;
  private final BiFunction<Transaction, ModelVersion, List<String>> usedBy;

  /**
   * What is registered, where versions and what they name are looked up.
   *
   * @param models are changed here
   * @param runs know what they trained
   * @param datasets that versions are linked to
   * @param environments that versions need
   */
  public record Registries(
      ModelRegistry models,
      RunRegistry runs,
      DatasetRegistry datasets,
      EnvironmentRegistry environments) {}

  /**
   * Changes in these registries.
   *
   * @param catalog is told of deletions
   * @param usedBy what uses a version, as seen by a decision: ids of devices or rollouts
   */
  public ModelChanges(
      Registries registries,
      RegistryCatalog catalog,
      EventLog events,
      BiFunction<Transaction, ModelVersion, List<String>> usedBy) {
    this.registries = registries;
    this.registry = registries.models();
    this.catalog = catalog;
    this.events = events;
    this.usedBy = usedBy;
  }

  /**
   * Says about a bundle what is known of the run that made it, if its lineage names one of this
   * controller's for the same model: the run's metrics, where the caller gave none of that name,
   * and links to the datasets that it was trained on. Any thread.
   */
  void withRun(Prepared prepared) {
    RegistrationRequest request = prepared.request();
    Optional<Run> run =
        prepared
            .manifest()
            .lineage()
            .run()
            .flatMap(named -> registries.runs().named(request.model(), named));
    run.ifPresent(
        known ->
            prepared.amend(
                new RegistrationRequest(
                    request.model(),
                    request.description(),
                    request.reason(),
                    request.tags(),
                    metrics(request.metrics(), known),
                    datasets(request.datasets(), known),
                    request.environment(),
                    request.by())));
  }

  private static Map<String, Double> metrics(Map<String, Double> given, Run run) {
    Map<String, Double> all = new TreeMap<>(given);
    new TreeMap<>(run.outcome().map(Run.Outcome::metrics).orElse(Map.of()))
        .forEach(
            (name, value) -> {
              boolean fits = Names.isMetric(name) && Double.isFinite(value);
              if (fits && all.size() < Names.MAX_METRICS) {
                all.putIfAbsent(name, value);
              }
            });
    return all;
  }

  private static List<DatasetLink> datasets(List<DatasetLink> given, Run run) {
    List<DatasetLink> all = new ArrayList<>(given);
    for (String reference : new TreeMap<>(run.inputs().datasets()).values()) {
      int digest = reference.indexOf('@');
      DatasetLink link =
          new DatasetLink(
              DatasetLink.Use.TRAINING, digest < 0 ? reference : reference.substring(0, digest));
      if (!all.contains(link) && all.size() < RegistrationRequest.MAX_DATASETS) {
        all.add(link);
      }
    }
    return all;
  }

  /**
   * Registers what was prepared; what is there already is left as it is, and nothing is told.
   *
   * @throws io.flotilla.bundle.failure.FlotillaException {@code ENVIRONMENT_NOT_FOUND}, {@code
   *     DATASET_NOT_FOUND} if it names one that this decision does not see; what {@link
   *     ModelRegistry#commit} throws
   */
  ModelRegistry.Registered register(Transaction tx, Prepared prepared) {
    requireNamed(tx.records(), prepared.request());
    ModelRegistry.Registered registered = registry.commit(tx.records(), prepared);
    if (registered.created()) {
      ModelVersion version = registered.version();
      audit(tx, "model.register", subject(version), prepared.request().reason());
      announce(
          tx,
          "registered",
          subject(version),
          Map.of(
              "bundle",
              version.bundle(),
              "verified",
              version.registration().verified(),
              "model",
              version.model(),
              "version",
              version.version()));
    }
    return registered;
  }

  private void requireNamed(RecordTransaction tx, RegistrationRequest request) {
    request.environment().ifPresent(name -> registries.environments().resolve(tx, name));
    request.datasets().forEach(link -> registries.datasets().resolve(tx, link.dataset()));
  }

  ModelRecord describe(
      Transaction tx,
      String model,
      Optional<String> description,
      Changes<String> tags,
      String reason) {
    Names.requireReason(reason);
    ModelRecord described = registry.describe(tx.records(), model, description, tags);
    audit(tx, "model.describe", "model/" + model, reason);
    announce(tx, "described", "model/" + model, Map.of("model", model, "reason", reason));
    return described;
  }

  VersionDetails annotate(
      Transaction tx, String model, int version, Annotation annotation, String reason) {
    Names.requireReason(reason);
    VersionDetails annotated = registry.annotate(tx.records(), model, version, annotation);
    String subject = subject(annotated.version());
    audit(tx, "model.tag", subject, reason);
    announce(
        tx,
        "tagged",
        subject,
        Map.of(
            "model",
            model,
            "version",
            version,
            "tags",
            annotated.tags(),
            "metrics",
            annotated.metrics(),
            "reason",
            reason));
    return annotated;
  }

  /** Moves an alias; one that is there already stays, and nothing is told. */
  Alias moveAlias(Transaction tx, AliasMove move) {
    boolean there =
        registry
            .details(tx.records(), registry.require(tx.records(), move.model(), move.version()))
            .aliases()
            .contains(move.alias());
    Alias moved = registry.moveAlias(tx.records(), move);
    if (!there) {
      String subject = "model/%s@%s".formatted(move.model(), move.alias());
      audit(tx, "model.alias.move", subject, move.reason());
      announce(
          tx,
          "alias.moved",
          subject,
          Map.of(
              "model",
              move.model(),
              "alias",
              move.alias(),
              "version",
              moved.version(),
              "reason",
              move.reason()));
    }
    return moved;
  }

  Alias removeAlias(Transaction tx, String model, String alias, String reason) {
    Alias removed =
        registry.removeAlias(tx.records(), model, alias, Caller.current().name(), reason);
    String subject = "model/%s@%s".formatted(model, alias);
    audit(tx, "model.alias.remove", subject, reason);
    announce(
        tx,
        "alias.removed",
        subject,
        Map.of("model", model, "alias", alias, "before", removed.version(), "reason", reason));
    return removed;
  }

  /**
   * Deletes a version that nothing uses.
   *
   * @throws io.flotilla.registry.model.VersionInUseException naming users
   */
  ModelVersion delete(Transaction tx, String model, int version, String reason) {
    ModelVersion found = registry.require(tx.records(), model, version);
    ModelVersion deleted =
        registry.delete(
            tx.records(),
            new DeletionRequest(
                model, version, usedBy.apply(tx, found), Caller.current().name(), reason));
    audit(tx, "model.delete", subject(deleted), reason);
    announce(
        tx,
        "deleted",
        subject(deleted),
        Map.of("model", model, "version", version, "bundle", deleted.bundle(), "reason", reason));
    catalog.retire(deleted);
    tx.then(() -> catalog.forget(model, version));
    return deleted;
  }

  private static String subject(ModelVersion version) {
    return "model/" + version.reference();
  }

  private static void audit(Transaction tx, String action, String subject, String reason) {
    tx.audit(new Reason(reason).action(action, subject));
  }

  private void announce(Transaction tx, String what, String subject, Map<String, Object> data) {
    events.append(tx, new FleetEvent("io.flotilla.model." + what, subject, data));
  }
}

package io.flotilla.controller.profiling;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.controller.catalog.VersionPath;
import io.flotilla.controller.catalog.VersionSeries;
import io.flotilla.controller.core.Reason;
import io.flotilla.controller.core.StoredRecords;
import io.flotilla.controller.core.Table;
import io.flotilla.controller.core.Transaction;
import io.flotilla.controller.event.EventLog;
import io.flotilla.controller.event.FleetEvent;
import io.flotilla.registry.audit.AuditAction;
import io.flotilla.registry.model.ModelRegistry;
import io.flotilla.registry.model.ModelVersion;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Profiles of versions, and what they recommend for each class of devices. Changes are parts of
 * decisions; reading is thread-safe and touches the disk.
 */
public final class Profiles {
  /** Most classes of devices that one version has recommendations for. */
  public static final int MAX_CLASSES = 256;

  private static final Table<Recommendation> RECOMMENDATIONS =
      Table.of("profile-recommendation", Recommendation.class);

  private final ModelRegistry models;
  private final VersionSeries<StoredProfile> profiles;
  private final StoredRecords stored;
  private final EventLog events;

  /** Profiles of these models. */
  public Profiles(ModelRegistry models, StoredRecords stored, EventLog events) {
    this.models = models;
    this.profiles = new VersionSeries<>("profile", StoredProfile.class, stored);
    this.stored = stored;
    this.events = events;
  }

  /**
   * Stores a profile; its recommendation takes the place of the one before for the same class.
   *
   * @param by who handed it in
   * @throws FlotillaException {@code MODEL_NOT_FOUND}, {@code VERSION_NOT_FOUND}; {@code CONFLICT}
   *     if the version has {@link VersionSeries#MAX_RECORDS} already, or profiles of {@link
   *     #MAX_CLASSES} other classes
   */
  StoredProfile add(Transaction tx, VersionPath path, NewProfile profile, String by, long nowMs) {
    ModelVersion version = models.require(tx.records(), path.model(), path.version());
    String prefix = VersionSeries.prefix(version.model(), version.version());
    boolean known = tx.get(RECOMMENDATIONS, prefix + profile.deviceClass()).isPresent();
    if (!known && tx.scan(RECOMMENDATIONS, prefix, "", MAX_CLASSES).size() == MAX_CLASSES) {
      throw new FlotillaException(
          ErrorCode.CONFLICT,
          "%s has profiles of %d classes already".formatted(version.reference(), MAX_CLASSES));
    }
    StoredProfile added =
        profiles.append(tx, version, number -> new StoredProfile(number, profile, by, nowMs));
    tx.put(
        RECOMMENDATIONS,
        prefix + profile.deviceClass(),
        new Recommendation(
            profile.deviceClass(),
            profile.recommendedThreads(),
            profile.recommended(),
            added.number(),
            profile.atMs()));
    String subject = "model/" + version.reference();
    tx.audit(
        new AuditAction(
            by,
            "model.profile",
            subject,
            Reason.of(profile.reason()).with(Map.of("deviceClass", profile.deviceClass()))));
    events.append(
        tx,
        new FleetEvent(
            "io.flotilla.model.profiled",
            subject,
            Map.of(
                "model", version.model(),
                "version", version.version(),
                "deviceClass", profile.deviceClass(),
                "recommendedThreads", profile.recommendedThreads(),
                "p95Micros", profile.recommended().p95Micros())));
    return added;
  }

  /**
   * Stored profiles of a version, oldest first.
   *
   * @param after number of the last one of the page before; 0 to begin
   */
  List<StoredProfile> page(String model, int version, long after, int limit) {
    return profiles.page(model, version, after, limit);
  }

  /** The stored profile of this number. */
  Optional<StoredProfile> find(String model, int version, long number) {
    return profiles.find(model, version, number);
  }

  /** What is recommended for each class of devices, by class. */
  public Map<String, Recommendation> recommendations(String model, int version) {
    Map<String, Recommendation> byClass = new TreeMap<>();
    stored
        .scan(RECOMMENDATIONS, VersionSeries.prefix(model, version), "", MAX_CLASSES)
        .forEach(row -> byClass.put(row.value().deviceClass(), row.value()));
    return byClass;
  }
}

package io.flotilla.controller.profiling;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.controller.catalog.VersionPath;
import io.flotilla.controller.core.StoredRecords;
import io.flotilla.controller.core.Table;
import io.flotilla.controller.core.Transaction;
import io.flotilla.controller.event.EventLog;
import io.flotilla.controller.event.FleetEvent;
import io.flotilla.registry.audit.AuditAction;
import io.flotilla.registry.model.ModelRegistry;
import io.flotilla.registry.model.ModelVersion;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Profiles of versions, and what they recommend for each class of devices. Changes are parts of
 * decisions; reading is thread-safe and touches the disk.
 */
public final class Profiles {
  /** Most profiles of a version. */
  public static final int MAX_PROFILES = 10_000;

  /** Most classes of devices that one version has recommendations for. */
  public static final int MAX_CLASSES = 256;

  private static final Table<StoredProfile> PROFILES = Table.of("profile", StoredProfile.class);
  private static final Table<Last> LAST = Table.of("profile-last", Last.class);
  private static final Table<Recommendation> RECOMMENDATIONS =
      Table.of("profile-recommendation", Recommendation.class);

  private final ModelRegistry models;
  private final StoredRecords stored;
  private final EventLog events;

  /** Profiles of these models. */
  public Profiles(ModelRegistry models, StoredRecords stored, EventLog events) {
    this.models = models;
    this.stored = stored;
    this.events = events;
  }

  private record Last(long number) {}

  /**
   * Stores a profile; its recommendation takes the place of the one before for the same class.
   *
   * @param by who handed it in
   * @throws FlotillaException {@code MODEL_NOT_FOUND}, {@code VERSION_NOT_FOUND}; {@code CONFLICT}
   *     if the version has {@link #MAX_PROFILES} already, or profiles of {@link #MAX_CLASSES} other
   *     classes
   */
  StoredProfile add(Transaction tx, VersionPath path, NewProfile profile, String by, long nowMs) {
    ModelVersion version = models.require(tx.records(), path.model(), path.version());
    String prefix = prefix(version.model(), version.version());
    long number = tx.get(LAST, prefix).map(Last::number).orElse(0L) + 1;
    boolean known = tx.get(RECOMMENDATIONS, prefix + profile.deviceClass()).isPresent();
    boolean full =
        number > MAX_PROFILES
            || (!known && tx.scan(RECOMMENDATIONS, prefix, "", MAX_CLASSES).size() == MAX_CLASSES);
    if (full) {
      throw new FlotillaException(
          ErrorCode.CONFLICT,
          "%s has %d profiles, or profiles of %d classes, already"
              .formatted(version.reference(), MAX_PROFILES, MAX_CLASSES));
    }
    StoredProfile stored = new StoredProfile(number, profile, by, nowMs);
    tx.put(LAST, prefix, new Last(number));
    tx.put(PROFILES, prefix + row(number), stored);
    tx.put(
        RECOMMENDATIONS,
        prefix + profile.deviceClass(),
        new Recommendation(
            profile.deviceClass(),
            profile.recommendedThreads(),
            profile.recommended(),
            number,
            profile.atMs()));
    String subject = "model/" + version.reference();
    tx.audit(
        new AuditAction(
            by, "model.profile", subject, Map.of("deviceClass", profile.deviceClass())));
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
    return stored;
  }

  /**
   * Stored profiles of a version, oldest first.
   *
   * @param after number of the last one of the page before; 0 to begin
   */
  List<StoredProfile> page(String model, int version, long after, int limit) {
    String prefix = prefix(model, version);
    return stored.scan(PROFILES, prefix, after == 0 ? "" : prefix + row(after), limit).stream()
        .map(Table.Row::value)
        .toList();
  }

  /** The stored profile of this number. */
  Optional<StoredProfile> find(String model, int version, long number) {
    return stored.get(PROFILES, prefix(model, version) + row(number));
  }

  /** What is recommended for each class of devices. */
  Map<String, Recommendation> recommendations(String model, int version) {
    Map<String, Recommendation> byClass = new TreeMap<>();
    stored
        .scan(RECOMMENDATIONS, prefix(model, version), "", MAX_CLASSES)
        .forEach(row -> byClass.put(row.value().deviceClass(), row.value()));
    return byClass;
  }

  private static String prefix(String model, int version) {
    return String.format(Locale.ROOT, "%s/%010d/", model, version);
  }

  private static String row(long number) {
    return String.format(Locale.ROOT, "%010d", number);
  }
}

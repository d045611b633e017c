package io.flotilla.controller.catalog;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.layout.BundlePaths;
import io.flotilla.drift.Baseline;
import io.flotilla.drift.codec.DriftCodec;
import io.flotilla.protocol.message.Assignment;
import io.flotilla.protocol.message.VersionRef;
import io.flotilla.registry.model.ModelRegistry;
import io.flotilla.registry.model.ModelVersion;
import java.time.Clock;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The registry's versions, with the baselines of the most recently asked ones in memory. The first
 * ask for a version unpacks its bundle; {@link #warm} does so ahead of time, off the core thread. A
 * baseline that cannot be read is tried again after {@value #RETRY_MILLIS} ms, so that a passing
 * fault does not last and a lasting one does not cost every message an unpacking.
 */
public final class RegistryCatalog implements VersionCatalog {
  /** How long a baseline that could not be read is taken for missing. */
  static final long RETRY_MILLIS = 60_000;

  /** Most versions in memory. */
  public static final int MAX_CACHED = 64;

  private static final Logger LOG = LoggerFactory.getLogger(RegistryCatalog.class);

  private final ModelRegistry registry;
  private final Clock clock;

  private final Object lock = new Object();

  @GuardedBy("lock")
  private final Map<String, Loaded> cached =
      new LinkedHashMap<>(MAX_CACHED, 1f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Loaded> eldest) {
          return size() > MAX_CACHED;
        }
      };

  /** Versions that decisions delete, until they are on the disk; not pushed out by others. */
  @GuardedBy("lock")
  private final Map<String, Loaded> retired = new HashMap<>();

  /** Grows with each deletion: what was read before one is not kept after it. */
  @GuardedBy("lock")
  private long deletions;

  /** The catalog of this registry. */
  public RegistryCatalog(ModelRegistry registry, Clock clock) {
    this.registry = registry;
    this.clock = clock;
  }

  /**
   * A version in memory.
   *
   * @param untilMs Unix time in milliseconds at which it is loaded again
   */
  private record Loaded(KnownVersion version, long untilMs) {}

  @Override
  public Optional<KnownVersion> find(String model, int version) {
    String key = model + ":" + version;
    while (true) {
      long before;
      synchronized (lock) {
        Optional<KnownVersion> known = known(key);
        if (known.isPresent()) {
          return known;
        }
        before = deletions;
      }
      Optional<Loaded> loaded = registry.recall(model, version).map(this::load);
      synchronized (lock) {
        if (before == deletions) {
          loaded.ifPresent(found -> cached.put(key, found));
          return loaded.map(Loaded::version);
        }
      }
    }
  }

  @GuardedBy("lock")
  private Optional<KnownVersion> known(String key) {
    long nowMs = clock.millis();
    return Stream.of(Optional.ofNullable(retired.get(key)), Optional.ofNullable(cached.get(key)))
        .flatMap(Optional::stream)
        .filter(known -> known.untilMs() > nowMs)
        .map(Loaded::version)
        .findFirst();
  }

  /** Loads a version that will be asked for soon. */
  public void warm(VersionRef version) {
    if (find(version.model(), version.version()).isEmpty()) {
      LOG.debug("{} is not known here", version);
    }
  }

  /**
   * Lets nobody roll a version out any more that a decision deletes, before that decision is on the
   * disk; should it never come there, the version is back after {@value #RETRY_MILLIS} ms.
   */
  void retire(ModelVersion version) {
    Loaded deleted =
        new Loaded(
            new KnownVersion(ref(version), archive(version), false, Optional.empty()),
            clock.millis() + RETRY_MILLIS);
    synchronized (lock) {
      deletions++;
      retired.values().removeIf(other -> other.untilMs() <= clock.millis());
      retired.put(version.reference(), deleted);
    }
  }

  /** Forgets what is in memory of a version, after it was deleted. */
  public void forget(String model, int version) {
    synchronized (lock) {
      deletions++;
      cached.remove(model + ":" + version);
      retired.remove(model + ":" + version);
    }
  }

  private Loaded load(ModelVersion version) {
    boolean available = version.deletion().isEmpty();
    Optional<Baseline> baseline = Optional.empty();
    long untilMs = Long.MAX_VALUE;
    if (available) {
      try {
        baseline = registry.file(version, BundlePaths.BASELINE).map(DriftCodec::decodeBaseline);
      } catch (FlotillaException e) {
        untilMs = clock.millis() + RETRY_MILLIS;
        LOG.warn(
            "drift on {} is not watched, its baseline cannot be read: {} {}",
            version.reference(),
            e.code(),
            e.getMessage());
      }
    }
    return new Loaded(
        new KnownVersion(ref(version), archive(version), available, baseline), untilMs);
  }

  private static Assignment.Archive archive(ModelVersion version) {
    return new Assignment.Archive(
        version.archive().sizeBytes(), version.archive().digest(), version.archive().chunkList());
  }

  /** How the protocol names a version. */
  public static VersionRef ref(ModelVersion version) {
    return new VersionRef(version.model(), version.version(), version.bundle());
  }
}

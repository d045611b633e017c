package io.flotilla.controller.catalog;

import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.layout.BundlePaths;
import io.flotilla.drift.Baseline;
import io.flotilla.drift.codec.DriftCodec;
import io.flotilla.protocol.message.Assignment;
import io.flotilla.protocol.message.VersionRef;
import io.flotilla.registry.model.ModelRegistry;
import io.flotilla.registry.model.ModelVersion;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The registry's versions, with the baselines of the most recently asked ones in memory. The first
 * ask for a version unpacks its bundle; {@link #warm} does so ahead of time, off the core thread.
 */
public final class RegistryCatalog implements VersionCatalog {
  private static final Logger LOG = LoggerFactory.getLogger(RegistryCatalog.class);
  private static final int MAX_CACHED = 64;

  private final ModelRegistry registry;

  /** Guarded by itself. */
  private final Map<String, KnownVersion> cached =
      new LinkedHashMap<>(MAX_CACHED, 1f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, KnownVersion> eldest) {
          return size() > MAX_CACHED;
        }
      };

  /** The catalog of this registry. */
  public RegistryCatalog(ModelRegistry registry) {
    this.registry = registry;
  }

  @Override
  public Optional<KnownVersion> find(String model, int version) {
    String key = model + ":" + version;
    synchronized (cached) {
      KnownVersion known = cached.get(key);
      if (known != null) {
        return Optional.of(known);
      }
    }
    Optional<KnownVersion> loaded = stored(model, version).map(this::load);
    loaded.ifPresent(
        known -> {
          synchronized (cached) {
            cached.put(key, known);
          }
        });
    return loaded;
  }

  /** Loads a version that will be asked for soon. */
  public void warm(ModelVersion version) {
    if (find(version.model(), version.version()).isEmpty()) {
      LOG.debug("{} was deleted meanwhile", version.reference());
    }
  }

  /** Forgets what is in memory of a version, after it was deleted. */
  public void forget(String model, int version) {
    synchronized (cached) {
      cached.remove(model + ":" + version);
    }
  }

  private Optional<ModelVersion> stored(String model, int version) {
    return registry
        .find(model, version)
        .or(
            () ->
                registry.history(Optional.of(model)).stream()
                    .filter(known -> known.version() == version)
                    .findFirst());
  }

  private KnownVersion load(ModelVersion version) {
    boolean available = version.deletion().isEmpty();
    return new KnownVersion(
        ref(version),
        new Assignment.Archive(
            version.archive().sizeBytes(),
            version.archive().digest(),
            version.archive().chunkList()),
        available,
        available ? baseline(version) : Optional.empty());
  }

  /** How the protocol names a version. */
  public static VersionRef ref(ModelVersion version) {
    return new VersionRef(version.model(), version.version(), version.bundle());
  }

  private Optional<Baseline> baseline(ModelVersion version) {
    try {
      return registry.file(version, BundlePaths.BASELINE).map(DriftCodec::decodeBaseline);
    } catch (FlotillaException e) {
      LOG.warn(
          "drift on {} is not watched, its baseline cannot be read: {} {}",
          version.reference(),
          e.code(),
          e.getMessage());
      return Optional.empty();
    }
  }
}

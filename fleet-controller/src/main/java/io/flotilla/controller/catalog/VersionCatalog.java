package io.flotilla.controller.catalog;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.protocol.message.VersionRef;
import java.util.Optional;

/**
 * Finds versions, deleted ones included: a device may still have things to say about them.
 * Thread-safe; fast enough for the core thread.
 */
@FunctionalInterface
public interface VersionCatalog {
  /** The version of this name and number, if it is or was registered. */
  Optional<KnownVersion> find(String model, int version);

  /** The version, if it is or was registered with exactly this bundle. */
  default Optional<KnownVersion> find(VersionRef ref) {
    return find(ref.model(), ref.version()).filter(known -> known.ref().equals(ref));
  }

  /** The version, if it is registered with exactly this bundle and can be rolled out. */
  default Optional<KnownVersion> available(VersionRef ref) {
    return find(ref).filter(KnownVersion::available);
  }

  /**
   * The version of this name and number, which can be rolled out.
   *
   * @throws FlotillaException {@code VERSION_NOT_FOUND}
   */
  default KnownVersion require(String model, int version) {
    return find(model, version)
        .filter(KnownVersion::available)
        .orElseThrow(
            () ->
                new FlotillaException(
                    ErrorCode.VERSION_NOT_FOUND,
                    "no version %d of model \"%s\" is registered".formatted(version, model)));
  }
}

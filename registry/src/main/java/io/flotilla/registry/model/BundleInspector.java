package io.flotilla.registry.model;

import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.manifest.Manifest;
import java.nio.file.Path;
import java.util.List;

/** Looks into the models of a bundle that was verified, before it is registered. Thread-safe. */
@FunctionalInterface
public interface BundleInspector {
  /** Looks at nothing. */
  BundleInspector NONE = (_, _) -> new Inspection(List.of());

  /**
   * Inspects every variant.
   *
   * @param bundleDirectory holds the manifest and what lies under {@code models/} and {@code
   *     tests/}; gone when this returns
   * @param manifest of the bundle
   * @throws FlotillaException {@code INSPECTION_FAILED} if a model crashed, hung or outgrew the
   *     process that tried it; {@code MODEL_MALFORMED} if it cannot be read. The bundle is then not
   *     registered
   */
  Inspection inspect(Path bundleDirectory, Manifest manifest);
}

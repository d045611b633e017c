package io.flotilla.bundle.manifest;

import io.flotilla.bundle.failure.Printable;
import io.flotilla.bundle.layout.BundlePaths;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * One model file of a bundle, with what it needs of a device.
 *
 * @param id short name, as in {@code fp32}: 1 to 32 lower-case letters, digits, hyphens
 * @param path the file, under {@code models/}
 * @param irVersion ONNX IR version, from 1
 * @param opsets ONNX operator sets by domain, each version from 1; the default domain is the empty
 *     text
 * @param providers execution providers that it may run on; empty if any will do
 * @param sizeBytes size of the file, from 1
 */
public record Variant(
    String id,
    String path,
    long irVersion,
    Map<String, Long> opsets,
    List<String> providers,
    long sizeBytes) {
  private static final Pattern ID = Pattern.compile("[a-z0-9][a-z0-9-]{0,31}");
  private static final int MAX_OPSETS = 64;
  private static final int MAX_PROVIDERS = 32;

  /**
   * Checks path, versions and size.
   *
   * @throws io.flotilla.bundle.failure.FlotillaException {@code MANIFEST_INVALID} if a value is out
   *     of range; {@code BUNDLE_PATH_UNSAFE} if the path is not one a bundle may have
   */
  public Variant {
    Invalid.unless(
        ID.matcher(id).matches(), "not an id of a variant: \"%s\"".formatted(Printable.of(id)));
    BundlePaths.requireSafe(path);
    Invalid.unless(
        path.startsWith(BundlePaths.MODELS),
        "the variant %s lies outside of %s".formatted(id, BundlePaths.MODELS));
    Invalid.unless(irVersion >= 1, "the variant %s has no IR version".formatted(id));
    opsets = Collections.unmodifiableSortedMap(new TreeMap<>(opsets));
    Invalid.unless(
        !opsets.isEmpty() && opsets.size() <= MAX_OPSETS,
        "the variant %s needs 1 to %d operator sets".formatted(id, MAX_OPSETS));
    Invalid.unless(
        opsets.values().stream().allMatch(version -> version >= 1),
        "the variant %s has an operator set below 1".formatted(id));
    providers = List.copyOf(providers);
    Invalid.unless(
        providers.size() <= MAX_PROVIDERS, "the variant %s has too many providers".formatted(id));
    Invalid.unless(sizeBytes >= 1, "the variant %s is empty".formatted(id));
  }

  /** Whether this execution provider may run it. */
  public boolean admits(String provider) {
    return providers.isEmpty() || providers.contains(provider);
  }
}

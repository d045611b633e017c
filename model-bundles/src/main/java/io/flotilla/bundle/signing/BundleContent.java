package io.flotilla.bundle.signing;

import io.flotilla.bundle.Digest;
import io.flotilla.bundle.archive.ArchiveEntry;
import io.flotilla.bundle.archive.ArchivedBundle;
import io.flotilla.bundle.codec.ManifestCodec;
import io.flotilla.bundle.envelope.Statement;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.failure.StorageFailures;
import io.flotilla.bundle.layout.BundleFiles;
import io.flotilla.bundle.layout.BundlePaths;
import io.flotilla.bundle.manifest.Manifest;
import io.flotilla.bundle.manifest.Variant;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What lies in a bundle's folder or archive, read once: the manifest's bytes are those that were
 * hashed.
 *
 * @param resources path and digest of every file but the ignored ones, in order
 * @param sizes size in bytes of the same files, by path
 * @param manifest bytes of {@code bundle.json}; empty if there is none
 */
@SuppressWarnings("ArrayRecordComponent")
record BundleContent(List<Statement.Resource> resources, Map<String, Long> sizes, byte[] manifest) {
  BundleContent {
    resources = List.copyOf(resources);
    sizes = Map.copyOf(sizes);
  }

  /**
   * Reads a folder.
   *
   * @param ignored paths that are left out
   */
  static BundleContent read(Path directory, Set<String> ignored) {
    Map<String, Long> sizes = new TreeMap<>(BundleFiles.list(directory));
    sizes.keySet().removeAll(ignored);
    List<Statement.Resource> resources = new ArrayList<>();
    byte[] manifest = {};
    try {
      for (String path : sizes.keySet()) {
        Path file = directory.resolve(path);
        if (path.equals(BundlePaths.MANIFEST)) {
          manifest = readAtMost(file, ManifestCodec.MAX_BYTES);
          resources.add(new Statement.Resource(path, Digest.of(manifest)));
        } else {
          resources.add(new Statement.Resource(path, Digest.ofFile(file)));
        }
      }
    } catch (IOException e) {
      throw StorageFailures.of("read the bundle folder " + directory, e);
    }
    return new BundleContent(resources, sizes, manifest);
  }

  /**
   * Takes what is known of an archive.
   *
   * @param ignored paths that are left out
   * @throws FlotillaException as {@link ArchivedBundle#read}, for the manifest
   */
  static BundleContent of(ArchivedBundle bundle, Set<String> ignored) {
    Map<String, Long> sizes = new TreeMap<>();
    List<Statement.Resource> resources = new ArrayList<>();
    for (ArchiveEntry entry : bundle.index().entries()) {
      if (!ignored.contains(entry.path())) {
        sizes.put(entry.path(), entry.sizeBytes());
        resources.add(new Statement.Resource(entry.path(), entry.digest()));
      }
    }
    byte[] manifest =
        bundle.read(BundlePaths.MANIFEST, ManifestCodec.MAX_BYTES).orElseGet(() -> new byte[0]);
    return new BundleContent(resources, sizes, manifest);
  }

  /**
   * Bytes of a file.
   *
   * @throws FlotillaException {@code BUNDLE_TOO_LARGE} if it has more than so many
   */
  static byte[] readAtMost(Path file, int maxBytes) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(maxBytes);
      if (in.read() >= 0) {
        throw new FlotillaException(
            ErrorCode.BUNDLE_TOO_LARGE,
            "%s is over the limit of %d bytes".formatted(file.getFileName(), maxBytes));
      }
      return bytes;
    }
  }

  /**
   * The manifest, parsed and compared with the files.
   *
   * @throws FlotillaException {@code MANIFEST_INVALID} if there is none, it is malformed, or a
   *     variant's file is missing or of another size
   */
  Manifest parseManifest() {
    if (!sizes.containsKey(BundlePaths.MANIFEST)) {
      throw invalid("the bundle has no %s".formatted(BundlePaths.MANIFEST));
    }
    Manifest parsed = ManifestCodec.decode(manifest);
    for (Variant variant : parsed.variants()) {
      Long size = sizes.get(variant.path());
      if (size == null) {
        throw invalid("the manifest names %s, which is not there".formatted(variant.path()));
      }
      if (size != variant.sizeBytes()) {
        throw invalid(
            "the manifest gives %s %d bytes, it has %d"
                .formatted(variant.path(), variant.sizeBytes(), size));
      }
    }
    return parsed;
  }

  private static FlotillaException invalid(String sentence) {
    return new FlotillaException(ErrorCode.MANIFEST_INVALID, sentence);
  }
}

package io.flotilla.cli.bench;

import io.flotilla.bundle.archive.BundleArchive;
import io.flotilla.bundle.manifest.Lineage;
import io.flotilla.bundle.signing.BundleSigner;
import io.flotilla.bundle.signing.SigningKey;
import io.flotilla.cli.bundles.BundleDraft;
import io.flotilla.cli.bundles.BundleMaker;
import io.flotilla.cli.bundles.Folders;
import io.flotilla.cli.bundles.VariantSource;
import io.flotilla.cli.onnx.PerceptronModel;
import io.flotilla.hardware.onnx.OnnxAccelerators;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/**
 * Signed bundles to measure with.
 *
 * @param folder where they may lie
 * @param key signs them
 */
record BenchBundles(Path folder, SigningKey key) {
  /** A bundle of a few kilobytes, as an archive. */
  Path small(String name) throws IOException {
    return Files.exists(archive(name)) ? archive(name) : make(name, 0, 0);
  }

  /** A bundle with so many seeded random bytes beside its model; in place of the one before. */
  Path large(String name, int bytes, int seed) throws IOException {
    Files.deleteIfExists(archive(name));
    return make(name, bytes, seed);
  }

  private Path archive(String name) {
    return folder.resolve(name + ".tar");
  }

  private Path make(String name, int assetBytes, int seed) throws IOException {
    Path work = Files.createTempDirectory(folder, "bundle-");
    try {
      Path model =
          Files.write(
              work.resolve("model.onnx"), PerceptronModel.bytes(List.of(4, 3), new Random(seed)));
      Path directory = work.resolve("bundle");
      new BundleMaker(OnnxAccelerators.cpu()).make(draft(name, model), directory);
      if (assetBytes > 0) {
        byte[] asset = new byte[assetBytes];
        new Random(seed).nextBytes(asset);
        Files.createDirectories(directory.resolve("assets"));
        Files.write(directory.resolve("assets/asset.bin"), asset);
      }
      BundleSigner.sign(directory, key);
      BundleArchive.pack(directory, archive(name));
      return archive(name);
    } finally {
      Folders.delete(work);
    }
  }

  private static BundleDraft draft(String name, Path model) {
    return new BundleDraft(
        name,
        List.of(VariantSource.of("main", model)),
        new BundleDraft.Golden(Optional.empty(), Optional.empty()),
        Map.of(),
        new BundleDraft.Schema(List.of(), List.of(), List.of()),
        Map.of(),
        Lineage.UNKNOWN);
  }
}

package io.flotilla.registry.model;

import io.flotilla.bundle.Digest;
import io.flotilla.bundle.layout.DurableFiles;
import io.flotilla.registry.blob.BlobStore;
import io.flotilla.registry.store.RecordStore;
import io.flotilla.registry.store.rocksdb.RocksRecordStore;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.time.Clock;
import java.util.Arrays;
import java.util.Map;

/**
 * How long a bundle of 100 MB of random bytes takes to register, beside reading, hashing, writing
 * and forcing the same bytes, in turns. By hand; takes the folder to work in.
 */
public final class BenchmarkRegistration {
  private static final int ASSET_BYTES = 100_000_000;
  private static final int ROUNDS = 14;
  private static final int WARM_UP = 5;

  private BenchmarkRegistration() {}

  /** Prints the medians in milliseconds, and the ratio of floor to registry. */
  public static void main(String[] args) throws IOException {
    Path root = Files.createTempDirectory(Path.of(args[0]), "registration");
    SignedBundles bundles = new SignedBundles(Files.createDirectory(root.resolve("made")));
    double[] floor = new double[ROUNDS - WARM_UP];
    double[] registered = new double[ROUNDS - WARM_UP];
    double[] taken = new double[ROUNDS - WARM_UP];
    try (RecordStore store = RocksRecordStore.open(root.resolve("store"))) {
      ModelRegistry registry =
          new ModelRegistry(
              store,
              new BlobStore(root.resolve("blobs")),
              Clock.systemUTC(),
              RegistrationPolicy.strict(bundles::trust));
      for (int round = 0; round < ROUNDS; round++) {
        Path one = bundle(root, bundles, 2 * round);
        Path two = bundle(root, bundles, 2 * round + 1);
        Path copy = root.resolve("copy");
        double registeredMs = round % 2 == 0 ? millis(() -> register(registry, one)) : 0;
        double floorMs = millis(() -> copy(one, copy));
        registeredMs = round % 2 == 0 ? registeredMs : millis(() -> register(registry, one));
        double takenMs = millis(() -> take(registry, two));
        Files.delete(copy);
        Files.delete(one);
        if (round >= WARM_UP) {
          floor[round - WARM_UP] = floorMs;
          registered[round - WARM_UP] = registeredMs;
          taken[round - WARM_UP] = takenMs;
        }
      }
    }
    System.out.printf(
        "all rounds, in ms: floor %s, stream %s, file %s%n",
        Arrays.toString(floor), Arrays.toString(registered), Arrays.toString(taken));
    System.out.printf(
        "floor %.0f ms; from a stream %.0f ms, ratio %.2f; a file taken over %.0f ms, ratio %.2f%n",
        median(floor),
        median(registered),
        median(floor) / median(registered),
        median(taken),
        median(floor) / median(taken));
  }

  /** What is measured. */
  @FunctionalInterface
  private interface Work {
    void run() throws IOException;
  }

  private static Path bundle(Path root, SignedBundles bundles, int number) throws IOException {
    Path file =
        Files.write(
            root.resolve("bundle-" + number),
            bundles.archiveWithAsset("digits", "model " + number, ASSET_BYTES));
    DurableFiles.force(file); // or forcing what is measured would write this one too
    return file;
  }

  private static void copy(Path from, Path to) throws IOException {
    MessageDigest sha256 = Digest.newSha256();
    byte[] buffer = new byte[1 << 18];
    try (InputStream in = Files.newInputStream(from);
        FileChannel out =
            FileChannel.open(to, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        sha256.update(buffer, 0, n);
        out.write(ByteBuffer.wrap(buffer, 0, n));
      }
      out.force(true);
    }
    sha256.digest();
  }

  private static void register(ModelRegistry registry, Path archive) throws IOException {
    try (InputStream in = Files.newInputStream(archive)) {
      require(registry.register(RegistrationRequest.of("digits", Map.of(), "ada"), in).created());
    }
  }

  private static void take(ModelRegistry registry, Path archive) {
    try (Prepared prepared =
        registry.prepare(RegistrationRequest.of("digits", Map.of(), "ada"), archive)) {
      require(registry.<Boolean>directly(tx -> registry.commit(tx, prepared).created()));
    }
  }

  private static void require(boolean created) {
    if (!created) {
      throw new IllegalStateException("every bundle must be a new one");
    }
  }

  private static double millis(Work work) throws IOException {
    long begin = System.nanoTime();
    work.run();
    return Math.round((System.nanoTime() - begin) / 1e6);
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }
}

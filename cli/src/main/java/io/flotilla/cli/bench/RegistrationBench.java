package io.flotilla.cli.bench;

import io.flotilla.bundle.Digest;
import io.flotilla.bundle.layout.DurableFiles;
import io.flotilla.bundle.trust.TrustPolicy;
import io.flotilla.cli.bench.Figure.Bar;
import io.flotilla.registry.blob.BlobStore;
import io.flotilla.registry.model.ModelRegistry;
import io.flotilla.registry.model.ModelRegistry.Registered;
import io.flotilla.registry.model.Prepared;
import io.flotilla.registry.model.RegistrationPolicy;
import io.flotilla.registry.model.RegistrationRequest;
import io.flotilla.registry.store.RecordStore;
import io.flotilla.registry.store.rocksdb.RocksRecordStore;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.time.Clock;
import java.util.Map;
import java.util.function.Consumer;

/**
 * What registering a bundle of 100 MB costs beside the least that can be done with its bytes: read,
 * SHA-256, write, sync, by one thread. Registering does more: it computes the digests of the files
 * and of the chunks too, verifies the signature, and stores the version's records.
 *
 * <p>Every round has a new bundle that is copied, registered from a stream, and registered from a
 * file that is taken over, each in its turn and another first each time. Before each, what the
 * machine still has to write is written, so that none pays for another.
 *
 * @param folder where stores and bundles may lie
 * @param bundles makes them
 * @param trust names their publisher
 * @param clock the time
 * @param rounds bundles that count, ≥ 1
 */
record RegistrationBench(
    Path folder, BenchBundles bundles, TrustPolicy trust, Clock clock, int rounds) {
  private static final String BENCH = "registry";
  private static final String MODEL = "large";
  private static final String CASE = "register 100 MB";
  private static final int BUNDLE_BYTES = 100_000_000;
  private static final int BUFFER_BYTES = 1 << 18;

  /** Bundles that do not count: the compiler is at work until then. */
  private static final int WARM_UP = 3;

  /** Does one thing with a bundle and gives the nanoseconds it took. */
  @FunctionalInterface
  private interface Turn {
    long nanos(Path bundle) throws IOException;
  }

  /** Measures; each figure is given as soon as it is known. */
  void run(Consumer<Figure> figures) throws IOException {
    Files.createDirectories(folder);
    try (Home streamed = Home.open(folder.resolve("streamed"), trust, clock);
        Home taken = Home.open(folder.resolve("taken"), trust, clock)) {
      Turn[] turns = {this::copy, streamed::stream, taken::takeOver};
      double[][] millis = new double[turns.length][rounds];
      for (int round = -WARM_UP; round < rounds; round++) {
        Path bundle = bundles.large(MODEL, BUNDLE_BYTES, round);
        for (int place = 0; place < turns.length; place++) {
          int which = Math.floorMod(round + place, turns.length);
          double measured = turns[which].nanos(bundle) / 1e6;
          if (round >= 0) {
            millis[which][round] = measured;
          }
        }
      }
      give(figures, millis[0], millis[1], millis[2]);
    }
  }

  private void give(
      Consumer<Figure> figures, double[] floors, double[] streamed, double[] takenOver) {
    figures.accept(share("shareOfFloor", floors, streamed, new Bar.AtLeast(0.7)));
    figures.accept(share("takenOverShareOfFloor", floors, takenOver, new Bar.None()));
    figures.accept(time("floor", floors));
    figures.accept(time("time", streamed));
    figures.accept(time("takenOverTime", takenOver));
  }

  private Figure share(String name, double[] floors, double[] measured, Bar bar) {
    double[] shares = new double[rounds];
    for (int i = 0; i < rounds; i++) {
      shares[i] = floors[i] / measured[i];
    }
    return new Figure(BENCH, CASE, name, Rounds.median(shares), "x", bar);
  }

  private static Figure time(String name, double[] millis) {
    return new Figure(BENCH, CASE, name, Rounds.median(millis), "ms", new Bar.None());
  }

  /** The floor. */
  private long copy(Path bundle) throws IOException {
    Path copy = folder.resolve("copy");
    settle(folder, bundle);
    long begin = System.nanoTime();
    MessageDigest sha256 = Digest.newSha256();
    byte[] buffer = new byte[BUFFER_BYTES];
    try (InputStream in = Files.newInputStream(bundle);
        FileChannel out =
            FileChannel.open(copy, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        sha256.update(buffer, 0, n);
        out.write(ByteBuffer.wrap(buffer, 0, n));
      }
      out.force(true);
    }
    sha256.digest();
    long nanos = System.nanoTime() - begin;
    Files.delete(copy);
    return nanos;
  }

  /**
   * Makes the machine the same for whoever comes next: the file is in memory and on the disk, the
   * last deletions are done, and there is memory at hand for as many bytes again, which a virtual
   * machine may otherwise have to ask its host for, page by page.
   */
  private static void settle(Path folder, Path file) throws IOException {
    Digest.ofFile(file);
    DurableFiles.force(file);
    Path scratch = folder.resolve("scratch");
    byte[] buffer = new byte[BUFFER_BYTES];
    try (OutputStream out = Files.newOutputStream(scratch)) {
      for (long left = Files.size(file); left > 0; left -= buffer.length) {
        out.write(buffer);
      }
    }
    Files.delete(scratch);
    DurableFiles.force(folder);
  }

  /**
   * A registry of its own.
   *
   * @param root where it and what is uploaded to it lie
   * @param store its records
   * @param blobs its archives
   * @param registry itself
   */
  private record Home(Path root, RecordStore store, BlobStore blobs, ModelRegistry registry)
      implements AutoCloseable {
    static Home open(Path root, TrustPolicy trust, Clock clock) throws IOException {
      Files.createDirectory(root);
      RecordStore store = RocksRecordStore.open(root.resolve("store"));
      BlobStore blobs = new BlobStore(root.resolve("blobs"));
      RegistrationPolicy policy = RegistrationPolicy.strict(() -> trust);
      return new Home(root, store, blobs, new ModelRegistry(store, blobs, clock, policy));
    }

    long stream(Path bundle) throws IOException {
      settle(root, bundle);
      long begin = System.nanoTime();
      try (InputStream archive = Files.newInputStream(bundle)) {
        return done(begin, registry.register(request(), archive));
      }
    }

    long takeOver(Path bundle) throws IOException {
      Path upload = Files.copy(bundle, root.resolve("upload"));
      settle(root, upload);
      long begin = System.nanoTime();
      try (Prepared prepared = registry.prepare(request(), upload)) {
        return done(begin, registry.<Registered>directly(tx -> registry.commit(tx, prepared)));
      }
    }

    /** The archive goes again, or the bench would fill the disk. */
    private long done(long begin, Registered registered) {
      long nanos = System.nanoTime() - begin;
      if (!registered.created()) {
        throw new IllegalStateException("every bundle must be a new one");
      }
      blobs.delete(new Digest(registered.version().archive().digest()));
      return nanos;
    }

    private static RegistrationRequest request() {
      return RegistrationRequest.of(MODEL, Map.of(), "bench");
    }

    @Override
    public void close() {
      store.close();
    }
  }
}

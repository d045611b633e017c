package io.flotilla.registry.model;

import io.flotilla.registry.blob.BlobStore;
import io.flotilla.registry.search.Query;
import io.flotilla.registry.search.Sort;
import io.flotilla.registry.store.RecordStore;
import io.flotilla.registry.store.rocksdb.RocksRecordStore;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/**
 * How long one page of a search takes among 1,000 versions of 10 models and among 100,000 of 1,000,
 * and what the registry keeps on the heap. By hand; takes the folder to work in.
 */
public final class BenchmarkSearch {
  private static final int FEW_MODELS = 10;
  private static final int MANY_MODELS = 1000;
  private static final int VERSIONS = 100;
  private static final int BATCH = 500;
  private static final int SAMPLES = 400;
  private static final int WARM_UP = 200;
  private static final int PAGE = 100;
  private static final List<String> SEARCHES =
      List.of(
          "name | ",
          "-registered | ",
          "-name | name=other-%d",
          "name | name=other-%d*",
          "name | name=*-%d",
          "name | tag.team=team-%d",
          "-registered | tag.team=team-%d",
          "-metric.accuracy | tag.team=team-%d metric.accuracy>0.9",
          "-metric.accuracy | metric.accuracy>0.5",
          "name | metric.accuracy>0.999",
          "name | alias=champion",
          "name | input=FP32[?,2] publisher=lab",
          "registered | registered>=2026-01-01 tag.n=%d",
          "name | input=[?,3]");

  private BenchmarkSearch() {}

  /** Prints p50 and p99 of every search in milliseconds, small beside large. */
  public static void main(String[] args) throws IOException {
    Path root = Files.createTempDirectory(Path.of(args[0]), "search");
    SignedBundles bundles = new SignedBundles(Files.createDirectory(root.resolve("made")));
    try (RecordStore small = RocksRecordStore.open(root.resolve("small"));
        RecordStore large = RocksRecordStore.open(root.resolve("large"))) {
      ModelRegistry few = registry(root.resolve("few"), small, bundles);
      ModelRegistry many = registry(root.resolve("many"), large, bundles);
      fill(few, bundles, FEW_MODELS);
      long before = heap();
      long begin = System.nanoTime();
      fill(many, bundles, MANY_MODELS);
      System.out.printf(
          "filled with %d in %.1f s; heap %+d KiB%n",
          MANY_MODELS * VERSIONS, (System.nanoTime() - begin) / 1e9, (heap() - before) >> 10);
      double[] all = new double[0];
      double[] base = new double[0];
      for (String search : SEARCHES) {
        double[] one = measure(few, search);
        double[] other = measure(many, search);
        base = joined(base, one);
        all = joined(all, other);
        print(search, one, other);
      }
      print("all", base, all);
    }
  }

  private static void print(String what, double[] small, double[] large) {
    System.out.printf(
        "%-60s p50 %6.2f %6.2f  p99 %6.2f %6.2f  ratio %.1f%n",
        what,
        quantile(small, .5),
        quantile(large, .5),
        quantile(small, .99),
        quantile(large, .99),
        quantile(large, .99) / quantile(small, .99));
  }

  private static ModelRegistry registry(Path folder, RecordStore store, SignedBundles bundles) {
    return new ModelRegistry(
        store, new BlobStore(folder), Clock.systemUTC(), RegistrationPolicy.strict(bundles::trust));
  }

  private static void fill(ModelRegistry registry, SignedBundles bundles, int models) {
    RegistrationRequest request = RegistrationRequest.of("other-seed", Map.of(), "ada");
    ModelVersion seed =
        registry
            .register(request, new ByteArrayInputStream(bundles.archive("other-seed", "seed")))
            .version();
    Random random = new Random(1);
    int all = models * VERSIONS;
    for (int from = 0; from < all; from += BATCH) {
      int first = from;
      registry.directly(
          tx -> {
            for (int i = first; i < Math.min(all, first + BATCH); i++) {
              String model = "other-" + i % models;
              int version = i / models + 1;
              registry.adopt(tx, like(seed, model, version, random));
              if (version == 1) {
                registry.moveAlias(
                    tx, new AliasMove(model, "champion", 1, Expectation.ANY, "ada", ""));
              }
            }
            return first;
          });
    }
  }

  private static ModelVersion like(ModelVersion seed, String model, int version, Random random) {
    ModelVersion.Registration registration = seed.registration();
    return new ModelVersion(
        model,
        version,
        "%064x".formatted(random.nextLong()),
        seed.archive(),
        Map.of("team", "team-" + random.nextInt(50), "n", "" + random.nextInt(10_000)),
        seed.manifest(),
        new ModelVersion.Registration(
            registration.atMs() + random.nextInt(1_000_000_000),
            "ada",
            true,
            registration.publisher(),
            Optional.empty(),
            Optional.of(
                new ModelVersion.Particulars(
                    "made for measuring",
                    "",
                    Map.of("accuracy", random.nextDouble()),
                    List.of(),
                    Optional.of("edge:1")))),
        Optional.empty());
  }

  private static double[] measure(ModelRegistry registry, String search) {
    String[] parts = search.split(" \\| ", -1);
    Sort sort = Sort.parse(parts[0]);
    double[] millis = new double[SAMPLES];
    Random random = new Random(2);
    for (int i = -WARM_UP; i < SAMPLES; i++) {
      String text = parts[1].replace("%d", Integer.toString(random.nextInt(FEW_MODELS)));
      long begin = System.nanoTime();
      registry.search(Query.parse(text), sort, "", PAGE);
      if (i >= 0) {
        millis[i] = (System.nanoTime() - begin) / 1e6;
      }
    }
    return millis;
  }

  private static double[] joined(double[] one, double[] other) {
    double[] joined = Arrays.copyOf(one, one.length + other.length);
    System.arraycopy(other, 0, joined, one.length, other.length);
    return joined;
  }

  private static double quantile(double[] values, double share) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[(int) (share * (sorted.length - 1))];
  }

  private static long heap() {
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }
}

package io.flotilla.cli.bench;

import io.flotilla.bundle.signing.SigningKey;
import io.flotilla.bundle.trust.Publisher;
import io.flotilla.bundle.trust.TrustPolicy;
import io.flotilla.cli.bench.Figure.Bar;
import io.flotilla.registry.blob.BlobStore;
import io.flotilla.registry.model.AliasMove;
import io.flotilla.registry.model.Expectation;
import io.flotilla.registry.model.ModelRegistry;
import io.flotilla.registry.model.ModelVersion;
import io.flotilla.registry.model.RegistrationPolicy;
import io.flotilla.registry.model.RegistrationRequest;
import io.flotilla.registry.search.Query;
import io.flotilla.registry.search.Sort;
import io.flotilla.registry.store.RecordStore;
import io.flotilla.registry.store.rocksdb.RocksRecordStore;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;

/**
 * What a large registry costs: the slowest searches among {@code versions} versions of 1,000 models
 * beside those among 1,000, registering a bundle of 100 MB beside reading, hashing, writing and
 * syncing the same bytes, and what stays on the heap.
 *
 * @param folder where stores and bundles may lie
 * @param clock the time
 * @param versions how many versions the large registry has, 2,000 or more
 * @param rounds bundles that are registered and count, 3 or more
 */
record RegistryBench(Path folder, Clock clock, int versions, int rounds) {
  private static final String BENCH = "registry";
  private static final int MODELS = 1000;
  private static final int BATCH = 500;
  private static final int PAGE = 100;
  private static final int SAMPLES = 200;
  private static final int WARM_UP = 100;

  /** Order and terms; the number sign stands for a number that changes from call to call. */
  private static final List<String> SEARCHES =
      List.of(
          "name|",
          "-registered|",
          "name|name=model-#",
          "name|name=model-#*",
          "name|name=*-#",
          "name|tag.team=team-#",
          "-registered|tag.team=team-#",
          "-metric.accuracy|tag.team=team-# metric.accuracy>0.9",
          "-metric.accuracy|metric.accuracy>0.5",
          "name|metric.accuracy>0.999",
          "name|alias=champion",
          "name|input=FP32[?,4] publisher=lab",
          "registered|registered>=2026-01-01 tag.n=#",
          "name|input=[?,3]");

  /** Measures all three; each figure is given as soon as it is known. */
  void run(Consumer<Figure> figures) throws IOException {
    SigningKey key = SigningKey.generate();
    TrustPolicy trust =
        new TrustPolicy(
            1,
            clock.instant().plus(Duration.ofDays(1)),
            List.of(new Publisher("lab", key.verifyingKey().pem(), List.of("*"))));
    BenchBundles bundles = new BenchBundles(Files.createDirectory(folder.resolve("made")), key);
    searches(trust, bundles, figures);
    Path registering = folder.resolve("registering");
    new RegistrationBench(registering, bundles, trust, clock, rounds).run(figures);
  }

  private void searches(TrustPolicy trust, BenchBundles bundles, Consumer<Figure> figures)
      throws IOException {
    Path small = Files.createDirectory(folder.resolve("small"));
    Path large = Files.createDirectory(folder.resolve("large"));
    try (RecordStore few = RocksRecordStore.open(small.resolve("store"));
        RecordStore many = RocksRecordStore.open(large.resolve("store"))) {
      ModelRegistry fewVersions = filled(small, few, trust, bundles, 1);
      searchMillis(fewVersions, SEARCHES.getFirst());
      long before = heapBytes();
      ModelRegistry manyVersions = filled(large, many, trust, bundles, versions / MODELS);
      List<double[]> base = new ArrayList<>();
      List<double[]> grown = new ArrayList<>();
      for (String search : SEARCHES) {
        double[] one = searchMillis(fewVersions, search);
        double[] other = searchMillis(manyVersions, search);
        base.add(one);
        grown.add(other);
        String name = search.replace("|", " ").strip();
        figures.accept(p99Ratio(name, one, other, new Bar.None()));
      }
      double[] one = joined(base);
      double[] other = joined(grown);
      figures.accept(p99Ratio("all searches", one, other, new Bar.AtMost(5)));
      figures.accept(millis("p99 among 1,000", p99(one)));
      figures.accept(millis("p99 among " + versions, p99(other)));
      double growth = Math.max(0, heapBytes() - before);
      figures.accept(
          new Figure(BENCH, "heap", "bytesPerVersion", growth / versions, "B", new Bar.AtMost(10)));
    }
  }

  private ModelRegistry filled(
      Path root, RecordStore store, TrustPolicy trust, BenchBundles bundles, int versionsEach)
      throws IOException {
    ModelRegistry registry =
        new ModelRegistry(
            store,
            new BlobStore(root.resolve("blobs")),
            clock,
            RegistrationPolicy.strict(() -> trust));
    ModelVersion seed;
    try (InputStream archive = Files.newInputStream(bundles.small("seed"))) {
      seed =
          registry.register(RegistrationRequest.of("seed", Map.of(), "bench"), archive).version();
    }
    Random random = new Random(1);
    int all = MODELS * versionsEach;
    for (int from = 0; from < all; from += BATCH) {
      int first = from;
      registry.directly(
          tx -> {
            for (int i = first; i < Math.min(all, first + BATCH); i++) {
              String model = "model-" + i % MODELS;
              int version = i / MODELS + 1;
              registry.adopt(tx, like(seed, model, version, random));
              if (version == 1) {
                registry.moveAlias(
                    tx, new AliasMove(model, "champion", 1, Expectation.ANY, "bench", ""));
              }
            }
            return first;
          });
    }
    return registry;
  }

  private static ModelVersion like(ModelVersion seed, String model, int version, Random random) {
    ModelVersion.Registration registration = seed.registration();
    return new ModelVersion(
        model,
        version,
        "%064x".formatted(random.nextLong()),
        seed.archive(),
        Map.of("team", "team-" + random.nextInt(50), "n", Integer.toString(random.nextInt(10_000))),
        seed.manifest(),
        new ModelVersion.Registration(
            registration.atMs() + random.nextInt(1_000_000_000),
            "bench",
            true,
            registration.publisher(),
            Optional.empty(),
            Optional.of(
                new ModelVersion.Particulars(
                    "made for measuring",
                    "",
                    Map.of("accuracy", random.nextDouble()),
                    List.of(),
                    Optional.empty()))),
        Optional.empty());
  }

  private static double[] searchMillis(ModelRegistry registry, String search) {
    int split = search.indexOf('|');
    Sort sort = Sort.parse(search.substring(0, split));
    double[] millis = new double[SAMPLES];
    Random random = new Random(2);
    for (int i = -WARM_UP; i < SAMPLES; i++) {
      String text = search.substring(split + 1).replace("#", Integer.toString(random.nextInt(50)));
      long begin = System.nanoTime();
      registry.search(Query.parse(text), sort, "", PAGE);
      if (i >= 0) {
        millis[i] = (System.nanoTime() - begin) / 1e6;
      }
    }
    return millis;
  }

  private static Figure p99Ratio(String name, double[] base, double[] grown, Bar bar) {
    return new Figure(BENCH, name, "p99Ratio", p99(grown) / p99(base), "x", bar);
  }

  private static Figure millis(String name, double value) {
    return new Figure(BENCH, name, "time", value, "ms", new Bar.None());
  }

  private static double[] joined(List<double[]> parts) {
    return parts.stream().flatMapToDouble(Arrays::stream).toArray();
  }

  private static double p99(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[(int) (0.99 * (sorted.length - 1))];
  }

  @SuppressWarnings("System.gc") // what stays after a collection is the figure
  private static long heapBytes() {
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }
}

package io.flotilla.registry.dataset;

import io.flotilla.bundle.Digest;
import io.flotilla.registry.codec.RecordCodec;
import io.flotilla.registry.name.Names;
import io.flotilla.registry.store.RecordStore;
import io.flotilla.registry.store.RecordTransaction;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Where datasets lie in the record store, whether it is read directly or through a transaction.
 *
 * @param get reads a key
 * @param scan reads the keys of a prefix
 */
record DatasetRecords(Function<String, Optional<byte[]>> get, Scan scan) {
  private static final String VERSIONS = "dataset-version/";
  private static final String CONTENTS = "dataset-content/";
  private static final String HEADS = "dataset-head/";
  private static final String PROFILES = "dataset-profile/";

  /** Most records that one page looks at. */
  private static final int MAX_EXAMINED = 20_000;

  private static final int SCAN_STEP = 1000;

  /** Reads the entries of a prefix after a key. */
  @FunctionalInterface
  interface Scan {
    List<RecordStore.Entry> after(String prefix, String afterKey, int limit);
  }

  Optional<Dataset> find(String name, int version) {
    if (!Names.isName(name) || version < 1) {
      return Optional.empty();
    }
    String key = versionKey(name, version);
    return get.apply(key).map(json -> decode(json, key));
  }

  Optional<Dataset> ofContent(String name, Digest digest) {
    String key = contentKey(name, digest.hex());
    return get.apply(key)
        .map(json -> RecordCodec.decode(json, ContentVersion.class, key))
        .flatMap(content -> find(name, content.version()));
  }

  /** The last version's number; 0 if there is none. */
  int last(String name) {
    String key = HEADS + name;
    return get.apply(key)
        .map(json -> RecordCodec.decode(json, Head.class, key).version())
        .orElseGet(() -> counted(name));
  }

  /** Names from before heads were kept: their versions have no gap. */
  private int counted(String name) {
    int low = 0;
    int high = 1;
    while (get.apply(versionKey(name, high)).isPresent()) {
      low = high;
      high *= 2;
    }
    while (high - low > 1) {
      int middle = (low + high) >>> 1;
      if (get.apply(versionKey(name, middle)).isPresent()) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return low;
  }

  DatasetPage list(DatasetQuery query) {
    String prefix = VERSIONS + query.literalPrefix();
    String after = query.after().isEmpty() ? "" : VERSIONS + query.after().replace(':', '/');
    List<Dataset> found = new ArrayList<>();
    int examined = 0;
    while (true) {
      List<RecordStore.Entry> page = scan.after(prefix, after, SCAN_STEP);
      for (RecordStore.Entry entry : page) {
        after = entry.key();
        examined++;
        if (query.matches(nameIn(after))) {
          found.add(decode(entry.value(), after));
        }
        if (found.size() == query.limit() || examined == MAX_EXAMINED) {
          return new DatasetPage(found, nextAfter(prefix, after));
        }
      }
      if (page.size() < SCAN_STEP) {
        return new DatasetPage(found, Optional.empty());
      }
    }
  }

  private Optional<String> nextAfter(String prefix, String key) {
    return scan.after(prefix, key, 1).isEmpty()
        ? Optional.empty()
        : Optional.of(key.substring(VERSIONS.length()).replace('/', ':'));
  }

  static void put(RecordTransaction tx, Dataset dataset) {
    String name = dataset.name();
    tx.put(versionKey(name, dataset.version()), RecordCodec.encode(dataset));
    tx.put(
        contentKey(name, dataset.digest()),
        RecordCodec.encode(new ContentVersion(dataset.version())));
    tx.put(HEADS + name, RecordCodec.encode(new Head(dataset.version())));
  }

  static String profileKey(Dataset dataset) {
    return "%s%s/%010d".formatted(PROFILES, dataset.name(), dataset.version());
  }

  private static Dataset decode(byte[] json, String key) {
    if (RecordCodec.decode(json, Generation.class, key).details().isPresent()) {
      return RecordCodec.decode(json, Dataset.class, key);
    }
    CsvDataset old = RecordCodec.decode(json, CsvDataset.class, key);
    return new Dataset(
        old.name(),
        old.version(),
        old.digest(),
        old.sizeBytes(),
        old.rows(),
        old.columns(),
        old.registeredAtMs(),
        new DatasetDetails(DatasetFormat.CSV, List.of(), "", old.tags()));
  }

  private static String nameIn(String versionKey) {
    return versionKey.substring(VERSIONS.length(), versionKey.lastIndexOf('/'));
  }

  private static String versionKey(String name, int version) {
    return "%s%s/%010d".formatted(VERSIONS, name, version);
  }

  private static String contentKey(String name, String digest) {
    return CONTENTS + name + "/" + digest;
  }

  private record ContentVersion(int version) {}

  private record Head(int version) {}

  /** Tells records with details from those of the time when all datasets were CSV files. */
  private record Generation(Optional<DatasetDetails> details) {}

  private record CsvDataset(
      String name,
      int version,
      String digest,
      long sizeBytes,
      long rows,
      List<String> columns,
      Map<String, String> tags,
      long registeredAtMs) {}
}

package io.flotilla.registry.dataset;

import io.flotilla.bundle.Digest;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.registry.blob.BlobStore;
import io.flotilla.registry.blob.StoreFailures;
import io.flotilla.registry.codec.RecordCodec;
import io.flotilla.registry.name.Names;
import io.flotilla.registry.store.RecordStore;
import io.flotilla.registry.store.WriteBatch;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Datasets by name and version. A version is its content: registering the same bytes again gives
 * the version that is there. Thread-safe.
 */
public final class DatasetRegistry {
  /** Largest CSV file in bytes: 256 MiB. */
  public static final long MAX_BYTES = 256L << 20;

  private static final String VERSIONS = "dataset-version/";
  private static final String CONTENTS = "dataset-content/";

  private final RecordStore store;
  private final BlobStore blobs;
  private final Clock clock;
  private final Object counting = new Object();

  /** A registry on these stores. */
  public DatasetRegistry(RecordStore store, BlobStore blobs, Clock clock) {
    this.store = store;
    this.blobs = blobs;
    this.clock = clock;
  }

  /**
   * Registers a CSV file under the next version of this name. On any failure nothing is registered
   * and no file is left.
   *
   * @param csv read to its end, not closed
   * @throws FlotillaException {@code NAME_INVALID}; {@code INPUT_INVALID} if the tags are over
   *     their limits; {@code REQUEST_TOO_LARGE} if it is over {@link #MAX_BYTES}; {@code
   *     DATASET_INVALID} if it is not a table with a header and at least one row; {@code
   *     DISK_FULL}, {@code STORE_FAILED}
   */
  public Registered register(String name, InputStream csv, Map<String, String> tags) {
    Names.requireName("dataset", name);
    Names.requireTags(tags);
    try (BlobStore.Staged staged = blobs.stage(csv, MAX_BYTES)) {
      Table table = inspect(staged.file());
      synchronized (counting) {
        Optional<Dataset> same = sameContent(name, staged.digest());
        if (same.isPresent()) {
          return new Registered(same.get(), false);
        }
        int version = last(name) + 1;
        Dataset dataset =
            new Dataset(
                name,
                version,
                staged.digest().hex(),
                table.sizeBytes(),
                table.rows(),
                table.columns(),
                tags,
                clock.millis());
        staged.keep();
        store.write(
            new WriteBatch()
                .put(versionKey(name, version), RecordCodec.encode(dataset))
                .put(
                    contentKey(name, staged.digest()),
                    RecordCodec.encode(new ContentVersion(version))));
        return new Registered(dataset, true);
      }
    }
  }

  /** The dataset of this name and version; empty if there is none. */
  public Optional<Dataset> find(String name, int version) {
    if (!Names.isName(name) || version < 1) {
      return Optional.empty();
    }
    return store
        .get(versionKey(name, version))
        .map(json -> RecordCodec.decode(json, Dataset.class));
  }

  /**
   * The dataset that {@code name:version} names, or the latest where it is a name alone.
   *
   * @throws FlotillaException {@code DATASET_NOT_FOUND} if there is none or the text is neither
   */
  public Dataset resolve(String reference) {
    int colon = reference.indexOf(':');
    Optional<Dataset> found =
        colon < 0
            ? latest(reference)
            : find(reference.substring(0, colon), number(reference.substring(colon + 1)));
    return found.orElseThrow(
        () ->
            new FlotillaException(
                ErrorCode.DATASET_NOT_FOUND, "no dataset %s is registered".formatted(reference)));
  }

  /** All versions of all datasets, by name and version. */
  public List<Dataset> list() {
    List<Dataset> datasets = new ArrayList<>();
    String after = "";
    while (true) {
      List<RecordStore.Entry> page = store.scan(VERSIONS, after, RecordStore.MAX_SCAN);
      for (RecordStore.Entry entry : page) {
        datasets.add(RecordCodec.decode(entry.value(), Dataset.class));
      }
      if (page.size() < RecordStore.MAX_SCAN) {
        return datasets;
      }
      after = page.getLast().key();
    }
  }

  /**
   * The CSV file, verified; not to be changed.
   *
   * @throws FlotillaException {@code STORE_CORRUPT} if it is damaged or gone
   */
  public Path content(Dataset dataset) {
    return blobs.path(new Digest(dataset.digest()));
  }

  private Optional<Dataset> latest(String name) {
    return Names.isName(name) ? find(name, last(name)) : Optional.empty();
  }

  private Optional<Dataset> sameContent(String name, Digest digest) {
    return store
        .get(contentKey(name, digest))
        .map(json -> RecordCodec.decode(json, ContentVersion.class))
        .flatMap(content -> find(name, content.version()));
  }

  /** The last version's number; 0 if there is none. */
  private int last(String name) {
    int low = 0;
    int high = 1;
    while (store.get(versionKey(name, high)).isPresent()) {
      low = high;
      high *= 2;
    }
    while (high - low > 1) {
      int middle = (low + high) >>> 1;
      if (store.get(versionKey(name, middle)).isPresent()) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return low;
  }

  private static Table inspect(Path file) {
    try (CsvReader csv = CsvReader.open(file)) {
      while (csv.next().isPresent()) {
        // The reader checks and counts.
      }
      if (csv.rows() == 0) {
        throw new FlotillaException(ErrorCode.DATASET_INVALID, "the table has no rows");
      }
      return new Table(csv.columns(), csv.rows(), Files.size(file));
    } catch (IOException e) {
      throw StoreFailures.of("the dataset cannot be read", e);
    }
  }

  private static int number(String text) {
    return text.matches("[1-9][0-9]{0,8}") ? Integer.parseInt(text) : 0;
  }

  private static String versionKey(String name, int version) {
    return "%s%s/%010d".formatted(VERSIONS, name, version);
  }

  private static String contentKey(String name, Digest digest) {
    return CONTENTS + name + "/" + digest.hex();
  }

  /**
   * What {@link #register} did.
   *
   * @param created false if the same content was there already
   */
  public record Registered(Dataset dataset, boolean created) {}

  private record Table(List<String> columns, long rows, long sizeBytes) {}

  private record ContentVersion(int version) {}
}

package io.flotilla.registry.dataset;

import io.flotilla.bundle.Digest;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.registry.blob.BlobStore;
import io.flotilla.registry.blob.BlobUse;
import io.flotilla.registry.blob.StoreFailures;
import io.flotilla.registry.codec.RecordCodec;
import io.flotilla.registry.dataset.profile.ColumnProfile;
import io.flotilla.registry.dataset.profile.DatasetProfile;
import io.flotilla.registry.dataset.profile.ProfileBuilder;
import io.flotilla.registry.dataset.table.RowSource;
import io.flotilla.registry.dataset.table.TableLimits;
import io.flotilla.registry.name.Names;
import io.flotilla.registry.store.DirectTransaction;
import io.flotilla.registry.store.RecordStore;
import io.flotilla.registry.store.RecordTransaction;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Datasets by name and version. A version is its content: registering the same bytes again gives
 * the version that is there. The file is kept as it was given. Thread-safe; who commits into
 * transactions of his own sees to it that they do not interleave, {@link #register} included.
 */
public final class DatasetRegistry {
  /** Largest file in bytes: 256 MiB. */
  public static final long MAX_BYTES = 256L << 20;

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
   * Registers a file, whose format is detected, under the next version of this name. On any failure
   * nothing is registered and no file is left.
   *
   * @param content read to its end, not closed
   * @throws FlotillaException as {@link #prepare} and {@link #commit}
   */
  public Registered register(String name, InputStream content, Map<String, String> tags) {
    return register(NewDataset.named(name).withTags(tags), content);
  }

  /** Like {@link #register(String, InputStream, Map)}, with all that can be said of a dataset. */
  public Registered register(NewDataset request, InputStream content) {
    try (PreparedDataset prepared = prepare(request, content)) {
      synchronized (counting) {
        DirectTransaction tx = new DirectTransaction(store);
        Registered registered = commit(tx, prepared);
        tx.commit();
        return registered;
      }
    }
  }

  /**
   * Does the slow part of a registration: takes the file in, reads and profiles it. Nothing of it
   * is visible. The caller closes what it gets, committed or not.
   *
   * @param content of any length up to {@link #MAX_BYTES}; read to its end, not closed
   * @throws FlotillaException {@code REQUEST_TOO_LARGE} if it is over {@link #MAX_BYTES}; {@code
   *     DATASET_INVALID} if it is not a table with at least one row, or one over the limits of
   *     {@link TableLimits}; {@code DISK_FULL}, {@code STORE_FAILED}
   */
  public PreparedDataset prepare(NewDataset request, InputStream content) {
    BlobStore.Staged staged = blobs.stage(content, MAX_BYTES);
    boolean prepared = false;
    try {
      Path file = staged.file();
      DatasetFormat format =
          request.format().isPresent()
              ? request.format().get()
              : DatasetFormat.detect(beginning(file), request.fileName());
      DatasetProfile profile = read(file, format);
      PreparedDataset dataset =
          new PreparedDataset(request, format, Files.size(file), profile, staged);
      prepared = true;
      return dataset;
    } catch (IOException e) {
      throw StoreFailures.of("the dataset cannot be read", e);
    } finally {
      if (!prepared) {
        staged.close();
      }
    }
  }

  /**
   * Does the fast part of a registration: counts the version, keeps the file and puts the records
   * into the transaction, which the caller writes. If the caller does not write it, the file stays
   * as a blob that no record names.
   *
   * @throws FlotillaException {@code DISK_FULL}, {@code STORE_FAILED}, {@code STORE_CORRUPT}
   */
  public Registered commit(RecordTransaction tx, PreparedDataset prepared) {
    prepared.keep();
    DatasetRecords records = new DatasetRecords(tx::get, tx::scan);
    NewDataset request = prepared.request();
    Optional<Dataset> same = records.ofContent(request.name(), prepared.digest());
    if (same.isPresent()) {
      return new Registered(same.get(), false);
    }
    DatasetProfile profile = prepared.profile();
    Dataset dataset =
        new Dataset(
            request.name(),
            records.last(request.name()) + 1,
            prepared.digest().hex(),
            prepared.sizeBytes(),
            profile.rows(),
            profile.columns().stream().map(ColumnProfile::name).toList(),
            clock.millis(),
            new DatasetDetails(
                prepared.format(),
                profile.columns().stream().map(ColumnProfile::type).toList(),
                request.description(),
                request.tags()));
    DatasetRecords.put(tx, dataset);
    keepProfile(tx, dataset, profile);
    return new Registered(dataset, true);
  }

  /** The dataset of this name and version; empty if there is none. */
  public Optional<Dataset> find(String name, int version) {
    return stored().find(name, version);
  }

  /** Like {@link #find(String, int)}, as a part of a transaction. */
  public Optional<Dataset> find(RecordTransaction tx, String name, int version) {
    return new DatasetRecords(tx::get, tx::scan).find(name, version);
  }

  /** The newest version of this name; empty if there is none. */
  public Optional<Dataset> latest(String name) {
    return latest(stored(), name);
  }

  /**
   * The dataset that {@code name:version} names, or the latest where it is a name alone.
   *
   * @throws FlotillaException {@code DATASET_NOT_FOUND} if there is none or the text is neither
   */
  public Dataset resolve(String reference) {
    return resolve(stored(), reference);
  }

  /** Like {@link #resolve(String)}, as a part of a transaction. */
  public Dataset resolve(RecordTransaction tx, String reference) {
    return resolve(new DatasetRecords(tx::get, tx::scan), reference);
  }

  /** All versions of all datasets, by name and version. */
  public List<Dataset> list() {
    List<Dataset> datasets = new ArrayList<>();
    String after = "";
    while (true) {
      DatasetPage page = list(new DatasetQuery("*", after, DatasetQuery.MAX_LIMIT));
      datasets.addAll(page.datasets());
      if (page.next().isEmpty()) {
        return datasets;
      }
      after = page.next().get();
    }
  }

  /**
   * A page of the datasets that the query asks for, by name and version. Looks at a bounded number
   * of records.
   */
  public DatasetPage list(DatasetQuery query) {
    return stored().list(query);
  }

  /**
   * The file as it was given, verified; not to be changed.
   *
   * @throws FlotillaException {@code STORE_CORRUPT} if it is damaged or gone
   */
  public Path content(Dataset dataset) {
    try {
      return blobs.path(new Digest(dataset.digest()));
    } catch (FlotillaException e) {
      boolean lost = e.code() == ErrorCode.NOT_FOUND;
      throw new FlotillaException(
          lost ? ErrorCode.STORE_CORRUPT : e.code(),
          "the dataset %s: %s%s"
              .formatted(dataset.reference(), e.getMessage(), lost ? BlobUse.ADVICE : ""),
          e);
    }
  }

  /** The files that datasets need, with the dataset that each belongs to. */
  public Stream<BlobUse> blobUses() {
    return list().stream()
        .map(
            dataset ->
                new BlobUse(new Digest(dataset.digest()), "the dataset " + dataset.reference()));
  }

  /**
   * Writes a dataset as a CSV file, over what is there: a CSV file byte by byte, others as {@link
   * CsvWriter} says.
   *
   * @throws FlotillaException {@code STORE_CORRUPT} if the dataset is damaged or gone; {@code
   *     DISK_FULL}, {@code STORE_FAILED}
   */
  public void writeCsv(Dataset dataset, Path to) {
    Path content = content(dataset);
    try {
      if (dataset.format() == DatasetFormat.CSV) {
        try (InputStream in = Files.newInputStream(content);
            var out = Files.newOutputStream(to)) {
          in.transferTo(out);
        }
        return;
      }
      try (RowSource rows = dataset.format().open(content)) {
        CsvWriter.write(rows, to);
      }
    } catch (IOException e) {
      throw StoreFailures.of("the dataset cannot be written as CSV", e);
    }
  }

  /**
   * What is in a dataset. A version without a kept profile, or with one of an older method, is
   * profiled now, which takes as long as reading it; {@link #keepProfile} spares that the next
   * time.
   *
   * @throws FlotillaException {@code STORE_CORRUPT} if the dataset is damaged or gone; {@code
   *     STORE_FAILED}
   */
  public DatasetProfile profile(Dataset dataset) {
    Optional<DatasetProfile> kept = keptProfile(dataset);
    if (kept.isPresent()) {
      return kept.get();
    }
    try {
      return read(content(dataset), dataset.format());
    } catch (IOException e) {
      throw StoreFailures.of("the dataset cannot be read", e);
    }
  }

  /** The profile that was kept; empty if there is none, or one of an older method. */
  public Optional<DatasetProfile> keptProfile(Dataset dataset) {
    String key = DatasetRecords.profileKey(dataset);
    return store
        .get(key)
        .filter(json -> isCurrent(json, key))
        .map(json -> RecordCodec.decode(json, DatasetProfile.class, key));
  }

  /** Keeps a profile that {@link #profile} made of this dataset, as a part of a transaction. */
  public void keepProfile(RecordTransaction tx, Dataset dataset, DatasetProfile profile) {
    tx.put(DatasetRecords.profileKey(dataset), RecordCodec.encode(profile));
  }

  private static boolean isCurrent(byte[] json, String key) {
    return RecordCodec.decode(json, DatasetProfile.Method.class, key).method()
        == DatasetProfile.METHOD;
  }

  private DatasetRecords stored() {
    return new DatasetRecords(store::get, store::scan);
  }

  private static Optional<Dataset> latest(DatasetRecords records, String name) {
    return Names.isName(name) ? records.find(name, records.last(name)) : Optional.empty();
  }

  private static Dataset resolve(DatasetRecords records, String reference) {
    int colon = reference.indexOf(':');
    Optional<Dataset> found =
        colon < 0
            ? latest(records, reference)
            : records.find(reference.substring(0, colon), number(reference.substring(colon + 1)));
    return found.orElseThrow(
        () ->
            new FlotillaException(
                ErrorCode.DATASET_NOT_FOUND, "no dataset %s is registered".formatted(reference)));
  }

  private static DatasetProfile read(Path file, DatasetFormat format) throws IOException {
    try (RowSource rows = format.open(file)) {
      DatasetProfile profile = ProfileBuilder.of(rows);
      if (profile.rows() == 0) {
        throw TableLimits.invalid("the table has no rows");
      }
      return profile;
    }
  }

  private static byte[] beginning(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return in.readNBytes(DatasetFormat.DETECT_BYTES);
    }
  }

  private static int number(String text) {
    return text.matches("[1-9][0-9]{0,8}") ? Integer.parseInt(text) : 0;
  }

  /**
   * What {@link #register} did.
   *
   * @param created false if the same content was there already
   */
  public record Registered(Dataset dataset, boolean created) {}
}

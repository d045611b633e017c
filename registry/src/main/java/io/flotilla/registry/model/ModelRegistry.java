package io.flotilla.registry.model;

import io.flotilla.bundle.Digest;
import io.flotilla.bundle.archive.ArchiveIndex;
import io.flotilla.bundle.archive.ArchivedBundle;
import io.flotilla.bundle.chunk.ChunkTable;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.layout.BundlePaths;
import io.flotilla.bundle.signing.BundleVerifier;
import io.flotilla.registry.blob.BlobStore;
import io.flotilla.registry.blob.BlobUse;
import io.flotilla.registry.name.Names;
import io.flotilla.registry.search.Page;
import io.flotilla.registry.search.Query;
import io.flotilla.registry.search.RecordView;
import io.flotilla.registry.search.SearchDocument;
import io.flotilla.registry.search.SearchIndex;
import io.flotilla.registry.search.Sort;
import io.flotilla.registry.store.DirectTransaction;
import io.flotilla.registry.store.RecordStore;
import io.flotilla.registry.store.RecordTransaction;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Models and their versions. A version is its bundle: registering the same content again gives the
 * version that is there.
 *
 * <p>Reads may be on any thread. Changes belong to a transaction, whose owner keeps them apart from
 * each other and decides when they are stored; {@link #directly} is an owner for who has no other.
 * Nothing grows in memory with the number of versions.
 */
public final class ModelRegistry {
  private static final String MIGRATED = SearchIndex.KEYS + "migrated";
  private static final int MAX_FILE_BYTES = 64 << 20;

  private final RecordStore store;
  private final RecordView view;
  private final BlobStore blobs;
  private final Clock clock;
  private final Intake intake;

  /** Held while {@link #directly} is at work. */
  private final Object changing = new Object();

  /** A registry on these stores. */
  public ModelRegistry(RecordStore store, BlobStore blobs, Clock clock, RegistrationPolicy policy) {
    this.store = store;
    this.view = RecordView.of(store);
    this.blobs = blobs;
    this.clock = clock;
    this.intake = new Intake(blobs, clock, policy);
  }

  /**
   * Brings what earlier releases stored up to date: their versions are made searchable. To be
   * called at the start, before anything else changes; costs one read when that was done before. A
   * cut in between is made up for by the next call.
   *
   * @return whether there was something to do
   */
  public boolean migrate() {
    if (store.get(MIGRATED).isPresent()) {
      return false;
    }
    List<ModelVersion> page = new ArrayList<>();
    try (Stream<ModelVersion> all = Records.versions(view, Records.VERSIONS, "")) {
      all.forEach(
          version -> {
            page.add(version);
            if (page.size() == SearchIndex.MAX_PAGE) {
              index(page);
            }
          });
    }
    index(page);
    directly(
        tx -> {
          tx.put(MIGRATED, new byte[0]);
          return true;
        });
    return true;
  }

  /**
   * Reads a bundle once, brings it to the disk, verifies and inspects it. Nothing is registered yet
   * and nothing can be seen of it. Takes as long as that takes: not for a thread that others wait
   * for. On any failure no file is left.
   *
   * @param archive the packed bundle, read to its end, not closed
   * @return to be given to {@link #commit} and closed
   * @throws FlotillaException
   *     <ul>
   *       <li>{@code REQUEST_TOO_LARGE}: the archive is over the policy's limit
   *       <li>whatever {@link ArchiveIndex#read} says is wrong with the archive
   *       <li>whatever {@link BundleVerifier#verify} says is wrong with the bundle; in drill mode
   *           {@code MANIFEST_INVALID} alone
   *       <li>whatever {@link BundleInspector#inspect} says is wrong with its models
   *       <li>{@code DISK_FULL}, {@code STORE_FAILED}
   *     </ul>
   */
  public Prepared prepare(RegistrationRequest request, InputStream archive) {
    return intake.prepare(
        request, (maxBytes, onlookers) -> blobs.stage(archive, maxBytes, onlookers));
  }

  /**
   * The same with a file that is taken over, without copying it where that can be.
   *
   * @param archive the caller's alone; gone from its place afterwards, see {@link
   *     BlobStore#stage(Path, long, List)}
   */
  public Prepared prepare(RegistrationRequest request, Path archive) {
    return intake.prepare(
        request, (maxBytes, onlookers) -> blobs.stage(archive, maxBytes, onlookers));
  }

  /**
   * Registers what was prepared under the next version of its model, unless the same bundle is
   * registered already. The archive is kept at once, the records come with the transaction.
   *
   * @throws FlotillaException {@code DISK_FULL}, {@code STORE_FAILED}
   */
  public Registered commit(RecordTransaction tx, Prepared prepared) {
    return changes(tx).commit(prepared);
  }

  /** Prepares and commits in a transaction of its own; throws as both do. */
  public Registered register(RegistrationRequest request, InputStream archive) {
    try (Prepared prepared = prepare(request, archive)) {
      return directly(tx -> commit(tx, prepared));
    }
  }

  /**
   * Takes over a version as another registry recorded it, which nobody verifies here again: for
   * moving house and for filling a registry that is measured. The caller has the blob pinned.
   *
   * @param version with the next number of its model
   * @throws FlotillaException {@code NAME_INVALID}; {@code CONFLICT} if it has another number;
   *     {@code NOT_FOUND} if its archive is not among the blobs
   */
  public void adopt(RecordTransaction tx, ModelVersion version) {
    if (!blobs.contains(new Digest(version.archive().digest()))) {
      throw new FlotillaException(
          ErrorCode.NOT_FOUND,
          "the archive of %s is not stored: store it first".formatted(version.reference()));
    }
    changes(tx).adopt(version);
  }

  /** Runs a change in a transaction of its own, one after the other, and stores it. */
  public <T> T directly(Function<RecordTransaction, T> change) {
    synchronized (changing) {
      DirectTransaction tx = new DirectTransaction(store);
      T result = change.apply(tx);
      tx.commit();
      return result;
    }
  }

  /** The version, if it is there and not deleted. */
  public Optional<ModelVersion> find(String model, int version) {
    return Records.living(view, model, version);
  }

  /** The same as a transaction sees it. */
  public Optional<ModelVersion> find(RecordTransaction tx, String model, int version) {
    return Records.living(RecordView.of(tx), model, version);
  }

  /** The version, deleted or not, if it ever was. */
  public Optional<ModelVersion> recall(String model, int version) {
    return Records.version(view, model, version);
  }

  /**
   * The version.
   *
   * @throws FlotillaException {@code MODEL_NOT_FOUND} if there is no such model; {@code
   *     VERSION_NOT_FOUND} if it has no such version, or that was deleted
   */
  public ModelVersion require(String model, int version) {
    return Records.require(view, model, version);
  }

  /** The same as a transaction sees it; throws as {@link #require(String, int)}. */
  public ModelVersion require(RecordTransaction tx, String model, int version) {
    return Records.require(RecordView.of(tx), model, version);
  }

  /**
   * The version that a reference means: {@code digits:3}; {@code digits@champion}, by alias; or
   * {@code digits}, the last one that is not deleted.
   *
   * @throws FlotillaException {@code MODEL_NOT_FOUND}, {@code VERSION_NOT_FOUND}, {@code
   *     ALIAS_NOT_FOUND}
   */
  public ModelVersion resolve(String reference) {
    return References.resolve(view, reference);
  }

  /** The versions that are not deleted, by model and version; of one model or of all. */
  public List<ModelVersion> list(Optional<String> model) {
    return history(model).stream().filter(version -> version.deletion().isEmpty()).toList();
  }

  /** All versions that ever were, by model and version; of one model or of all. */
  public List<ModelVersion> history(Optional<String> model) {
    if (model.isPresent() && !Names.isName(model.get())) {
      return List.of();
    }
    String prefix = model.map(Records::versionsOf).orElse(Records.VERSIONS);
    try (Stream<ModelVersion> all = Records.versions(view, prefix, "")) {
      return all.toList();
    }
  }

  /**
   * The versions that ever were of one model, a page at a time.
   *
   * @param after number of the last version of the page before; 0 to begin
   * @param limit most versions, from 1
   */
  public List<ModelVersion> history(String model, int after, int limit) {
    if (!Names.isName(model)) {
      return List.of();
    }
    String last = after < 1 ? "" : Records.versionKey(model, after);
    try (Stream<ModelVersion> all = Records.versions(view, Records.versionsOf(model), last)) {
      return all.limit(limit).toList();
    }
  }

  /**
   * One page of the versions that a query finds.
   *
   * @param cursor of the page before; empty text to begin
   * @param limit most items, 1 to {@link SearchIndex#MAX_PAGE}; there may be fewer, even none, and
   *     still a next page, as no page looks at more than {@link SearchIndex#MAX_LOOKED_AT} versions
   * @throws FlotillaException {@code CURSOR_INVALID}, {@code INPUT_INVALID}
   */
  public Page<VersionDetails> search(Query query, Sort sort, String cursor, int limit) {
    Page<SearchDocument> page = SearchIndex.search(view, query, sort, cursor, limit);
    return new Page<>(
        page.items().stream().flatMap(found -> shown(found).stream()).toList(), page.next());
  }

  /** What can change about a version, as it is now. */
  public VersionDetails details(ModelVersion version) {
    return Records.details(view, version);
  }

  /** The same as a transaction sees it. */
  public VersionDetails details(RecordTransaction tx, ModelVersion version) {
    return Records.details(RecordView.of(tx), version);
  }

  /** What was found in the models of a version; empty if they were not inspected. */
  public Optional<Inspection> inspection(String model, int version) {
    return Records.inspection(view, model, version);
  }

  /** The same as a transaction sees it. */
  public Optional<Inspection> inspection(RecordTransaction tx, String model, int version) {
    return Records.inspection(RecordView.of(tx), model, version);
  }

  /** The model of this name, if a version of it ever was. */
  public Optional<ModelRecord> model(String name) {
    return Records.head(view, name).map(head -> head.of(name));
  }

  /**
   * Models in the order of their names.
   *
   * @param after name of the last model of the page before; empty text to begin
   * @param limit most models, 1 to {@link RecordStore#MAX_SCAN}
   */
  public List<ModelRecord> models(String after, int limit) {
    return Records.models(view, after, limit);
  }

  /**
   * Says what a model is.
   *
   * @param description the new one; empty to leave it
   * @param tags changes of its tags
   * @return the model as it is then
   * @throws FlotillaException {@code MODEL_NOT_FOUND}, {@code INPUT_INVALID}
   */
  public ModelRecord describe(
      RecordTransaction tx, String model, Optional<String> description, Changes<String> tags) {
    return changes(tx).describe(model, description, tags);
  }

  /**
   * Changes tags and metrics of a version.
   *
   * @return the version as it is then
   * @throws FlotillaException {@code MODEL_NOT_FOUND}, {@code VERSION_NOT_FOUND}, {@code
   *     INPUT_INVALID}
   */
  public VersionDetails annotate(
      RecordTransaction tx, String model, int version, Annotation annotation) {
    return changes(tx).annotate(model, version, annotation);
  }

  /**
   * Points an alias to a version; nothing happens if it points there already.
   *
   * @return the alias as it is then
   * @throws FlotillaException {@code MODEL_NOT_FOUND}, {@code VERSION_NOT_FOUND}; {@code
   *     ALIAS_MOVED} if it is not where it is expected; {@code INPUT_INVALID} if the model has too
   *     many
   */
  public Alias moveAlias(RecordTransaction tx, AliasMove move) {
    return changes(tx).moveAlias(move);
  }

  /**
   * Removes an alias; its history stays.
   *
   * @return the alias as it was
   * @throws FlotillaException {@code MODEL_NOT_FOUND}, {@code ALIAS_NOT_FOUND}, {@code
   *     INPUT_INVALID} for the reason
   */
  public Alias removeAlias(
      RecordTransaction tx, String model, String alias, String by, String reason) {
    return changes(tx).removeAlias(model, alias, by, reason);
  }

  /** Where an alias points to, if anywhere. */
  public Optional<Alias> alias(String model, String alias) {
    return Aliases.find(view, model, alias);
  }

  /** The aliases of a model, by name. */
  public List<Alias> aliases(String model) {
    return Aliases.all(view, model);
  }

  /**
   * What happened to an alias, the oldest first, removals included.
   *
   * @param after sequence of the last change of the page before; 0 to begin
   * @param limit most changes, 1 to {@link RecordStore#MAX_SCAN}
   */
  public List<AliasChange> aliasHistory(String model, String alias, long after, int limit) {
    return Aliases.history(view, model, alias, after, limit);
  }

  /**
   * Deletes a version: its number and record stay, the number is never given again, its aliases are
   * removed. Its archive is left to the collector.
   *
   * @return the version as it is then
   * @throws FlotillaException {@code MODEL_NOT_FOUND}, {@code VERSION_NOT_FOUND}; {@code
   *     VERSION_IN_USE}, as a {@link VersionInUseException} that names users, if there are any
   */
  public ModelVersion delete(RecordTransaction tx, DeletionRequest request) {
    return changes(tx).delete(request);
  }

  /**
   * The blobs that versions need which are not deleted, read from the store as the stream is used;
   * repetition is possible.
   */
  public Stream<Digest> references() {
    return blobUses().map(BlobUse::digest);
  }

  /** Like {@link #references}, with the version that each belongs to. */
  public Stream<BlobUse> blobUses() {
    return Records.versions(view, Records.VERSIONS, "")
        .filter(version -> version.deletion().isEmpty())
        .map(version -> new BlobUse(new Digest(version.archive().digest()), version.reference()));
  }

  /**
   * The archive of a version, verified; not to be changed.
   *
   * @throws FlotillaException {@code STORE_CORRUPT}, naming the version, if it is damaged or gone;
   *     {@code NOT_FOUND} if the version was deleted
   */
  public Path archive(ModelVersion version) {
    try {
      return blobs.path(new Digest(version.archive().digest()));
    } catch (FlotillaException e) {
      boolean lost =
          e.code() == ErrorCode.NOT_FOUND && find(version.model(), version.version()).isPresent();
      throw new FlotillaException(
          lost ? ErrorCode.STORE_CORRUPT : e.code(),
          "the archive of %s: %s%s"
              .formatted(version.reference(), e.getMessage(), lost ? BlobUse.ADVICE : ""),
          e);
    }
  }

  /** The chunk table of a version's archive; throws as {@link #archive}. */
  public ChunkTable chunks(ModelVersion version) {
    return ChunkTable.of(archive(version));
  }

  /**
   * One file of a version's bundle, such as {@link BundlePaths#BASELINE}; empty if it has none.
   *
   * @throws FlotillaException {@code BUNDLE_PATH_UNSAFE} if the path is not one a bundle may have;
   *     {@code BUNDLE_TOO_LARGE} if the file has over 64 MiB; or as {@link #archive}
   */
  public Optional<byte[]> file(ModelVersion version, String path) {
    BundlePaths.requireSafe(path);
    return ArchivedBundle.open(archive(version), intake.limits()).read(path, MAX_FILE_BYTES);
  }

  private VersionChanges changes(RecordTransaction tx) {
    return new VersionChanges(tx, clock.millis());
  }

  private void index(List<ModelVersion> page) {
    directly(
        tx -> {
          page.forEach(version -> Records.index(tx, version));
          return true;
        });
    page.clear();
  }

  /** Empty if it was deleted since the index was read. */
  private Optional<VersionDetails> shown(SearchDocument found) {
    return find(found.model(), found.version())
        .map(
            version -> new VersionDetails(version, found.tags(), found.metrics(), found.aliases()));
  }

  /**
   * What {@link #commit} did.
   *
   * @param created false if the same bundle was there already
   */
  public record Registered(ModelVersion version, boolean created) {}
}

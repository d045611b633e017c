package io.flotilla.registry.model;

import io.flotilla.bundle.Digest;
import io.flotilla.bundle.archive.ArchiveLimits;
import io.flotilla.bundle.archive.BundleArchive;
import io.flotilla.bundle.chunk.ChunkTable;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.layout.BundlePaths;
import io.flotilla.bundle.manifest.Manifest;
import io.flotilla.bundle.signing.BundleVerifier;
import io.flotilla.bundle.signing.InspectedBundle;
import io.flotilla.bundle.signing.VerifiedBundle;
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
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Models and their versions. A version is its bundle: registering the same content again gives the
 * version that is there. Thread-safe.
 */
public final class ModelRegistry {
  private static final Logger LOG = LoggerFactory.getLogger(ModelRegistry.class);
  private static final String HEADS = "model/";
  private static final String VERSIONS = "model-version/";
  private static final String BUNDLES = "model-bundle/";
  private static final int NAMED_DEVICES = 5;
  private static final int MAX_FILES = 1000;

  private final RecordStore store;
  private final BlobStore blobs;
  private final Clock clock;
  private final RegistrationPolicy policy;

  /** Held while versions are counted or deleted. */
  private final Object counting = new Object();

  /** A registry on these stores. */
  public ModelRegistry(RecordStore store, BlobStore blobs, Clock clock, RegistrationPolicy policy) {
    this.store = store;
    this.blobs = blobs;
    this.clock = clock;
    this.policy = policy;
  }

  /**
   * Registers a bundle under the next version of its model. On any failure nothing is registered
   * and no file is left.
   *
   * @param model name that the caller means; the bundle's own must be the same
   * @param archive the packed bundle, read to its end, not closed
   * @param tags free text to keep with it; ignored if the bundle is registered already
   * @param registeredBy the operator
   * @throws FlotillaException
   *     <ul>
   *       <li>{@code NAME_INVALID}, {@code INPUT_INVALID}: the name or the tags
   *       <li>{@code REQUEST_TOO_LARGE}: the archive is over the policy's limit
   *       <li>whatever {@link BundleArchive#unpack} says is wrong with the archive
   *       <li>whatever {@link BundleVerifier#verify} says is wrong with the bundle; in drill mode
   *           {@code MANIFEST_INVALID} alone
   *       <li>{@code DISK_FULL}, {@code STORE_FAILED}
   *     </ul>
   */
  public Registered register(
      String model, InputStream archive, Map<String, String> tags, String registeredBy) {
    Names.requireName("model", model);
    Names.requireTags(tags);
    try (BlobStore.Staged staged = blobs.stage(archive, policy.maxArchiveBytes());
        BlobStore.Scratch scratch = blobs.scratch()) {
      BundleArchive.unpack(staged.file(), scratch.path(), limits());
      Checked checked = check(model, scratch.path());
      ChunkTable chunks = ChunkTable.of(staged.file());
      synchronized (counting) {
        Optional<ModelVersion> same = sameBundle(model, checked);
        if (same.isPresent()) {
          if (same.get().archive().digest().equals(staged.digest().hex())) {
            staged.keep(); // heals a blob that was damaged since
          }
          return new Registered(same.get(), false);
        }
        ModelVersion version =
            new ModelVersion(
                model,
                lastVersion(model) + 1,
                checked.digest().hex(),
                new ModelVersion.ArchiveRef(
                    chunks.sizeBytes(), staged.digest().hex(), chunks.listDigest().hex()),
                tags,
                checked.manifest(),
                checked.registration(clock.millis(), registeredBy),
                Optional.empty());
        staged.keep();
        store.write(
            new WriteBatch()
                .put(HEADS + model, RecordCodec.encode(new Head(version.version())))
                .put(versionKey(model, version.version()), RecordCodec.encode(version))
                .put(
                    bundleKey(model, checked.digest(), checked.verified()),
                    RecordCodec.encode(new BundleVersion(version.version()))));
        return new Registered(version, true);
      }
    }
  }

  /** The version, if it is there and not deleted. */
  public Optional<ModelVersion> find(String model, int version) {
    return stored(model, version).filter(found -> found.deletion().isEmpty());
  }

  /**
   * The version.
   *
   * @throws FlotillaException {@code MODEL_NOT_FOUND} if there is no such model; {@code
   *     VERSION_NOT_FOUND} if it has no such version, or that was deleted
   */
  public ModelVersion require(String model, int version) {
    Optional<ModelVersion> found = find(model, version);
    if (found.isPresent()) {
      return found.get();
    }
    if (!Names.isName(model) || lastVersion(model) == 0) {
      throw new FlotillaException(ErrorCode.MODEL_NOT_FOUND, "no model of that name is registered");
    }
    throw new FlotillaException(
        ErrorCode.VERSION_NOT_FOUND,
        "the model %s has no version %d, or it was deleted".formatted(model, version));
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
    String prefix = model.map(name -> VERSIONS + name + "/").orElse(VERSIONS);
    List<ModelVersion> versions = new ArrayList<>();
    String after = "";
    while (true) {
      List<RecordStore.Entry> page = store.scan(prefix, after, RecordStore.MAX_SCAN);
      for (RecordStore.Entry entry : page) {
        versions.add(RecordCodec.decode(entry.value(), ModelVersion.class));
      }
      if (page.size() < RecordStore.MAX_SCAN) {
        return versions;
      }
      after = page.getLast().key();
    }
  }

  /**
   * Deletes a version: its archive goes, its number and record stay, and the number is never given
   * again.
   *
   * @param deletedBy the operator
   * @param usedBy gives the ids of the devices that desire or report a version
   * @throws FlotillaException {@code MODEL_NOT_FOUND}, {@code VERSION_NOT_FOUND}; {@code
   *     VERSION_IN_USE}, naming devices, if there are any
   */
  public void delete(
      String model, int version, String deletedBy, Function<ModelVersion, List<String>> usedBy) {
    synchronized (counting) {
      ModelVersion found = require(model, version);
      requireUnused(found, usedBy.apply(found));
      ModelVersion deleted =
          new ModelVersion(
              model,
              version,
              found.bundle(),
              found.archive(),
              found.tags(),
              found.manifest(),
              found.registration(),
              Optional.of(new ModelVersion.Deletion(clock.millis(), deletedBy)));
      // The record first: a cut in between leaves a file that nobody names, not a dangling name.
      store.write(
          new WriteBatch()
              .put(versionKey(model, version), RecordCodec.encode(deleted))
              .delete(
                  bundleKey(model, new Digest(found.bundle()), found.registration().verified())));
      boolean shared =
          list(Optional.of(model)).stream()
              .anyMatch(other -> other.archive().digest().equals(found.archive().digest()));
      if (!shared) {
        blobs.delete(new Digest(found.archive().digest()));
      }
    }
  }

  /**
   * The archive of a version, verified; not to be changed.
   *
   * @throws FlotillaException {@code STORE_CORRUPT} if it is damaged; {@code NOT_FOUND} if it was
   *     deleted
   */
  public Path archive(ModelVersion version) {
    return blobs.path(new Digest(version.archive().digest()));
  }

  /** The chunk table of a version's archive; throws as {@link #archive}. */
  public ChunkTable chunks(ModelVersion version) {
    return ChunkTable.of(archive(version));
  }

  /**
   * One file of a version's bundle, such as {@link BundlePaths#BASELINE}; empty if it has none.
   *
   * @throws FlotillaException {@code BUNDLE_PATH_UNSAFE} if the path is not one a bundle may have;
   *     or as {@link #archive}
   */
  public Optional<byte[]> file(ModelVersion version, String path) {
    BundlePaths.requireSafe(path);
    try (BlobStore.Scratch scratch = blobs.scratch()) {
      BundleArchive.unpack(archive(version), scratch.path(), limits());
      Path file = scratch.path().resolve(path);
      return Files.isRegularFile(file) ? Optional.of(Files.readAllBytes(file)) : Optional.empty();
    } catch (IOException e) {
      throw StoreFailures.of("the bundle of %s cannot be read".formatted(version.reference()), e);
    }
  }

  private Checked check(String model, Path directory) {
    try {
      VerifiedBundle verified =
          BundleVerifier.verify(directory, policy.trust().get(), model, clock.instant());
      return new Checked(
          verified.digest(),
          verified.manifest(),
          Optional.of(verified.publisher()),
          Optional.empty());
    } catch (FlotillaException e) {
      if (!policy.acceptUnverified() || e.code() == ErrorCode.MANIFEST_INVALID) {
        throw e;
      }
      LOG.warn("drill mode: a bundle of {} is registered unverified: {}", model, e.getMessage());
      return unverified(model, directory, e.code());
    }
  }

  /** The digest is that of the content and not the claimed one, which may be another bundle's. */
  private static Checked unverified(String model, Path directory, ErrorCode refusal) {
    InspectedBundle inspected = BundleVerifier.inspect(directory);
    if (!inspected.manifest().name().equals(model)) {
      throw new FlotillaException(
          ErrorCode.MANIFEST_INVALID,
          "the bundle is of model %s, not %s".formatted(inspected.manifest().name(), model));
    }
    return new Checked(
        inspected.digest(), inspected.manifest(), Optional.empty(), Optional.of(refusal));
  }

  private static void requireUnused(ModelVersion version, List<String> devices) {
    if (devices.isEmpty()) {
      return;
    }
    String named = String.join(", ", devices.subList(0, Math.min(NAMED_DEVICES, devices.size())));
    String more =
        devices.size() > NAMED_DEVICES
            ? " and %d more".formatted(devices.size() - NAMED_DEVICES)
            : "";
    throw new FlotillaException(
        ErrorCode.VERSION_IN_USE,
        "%s is in use by %s%s: roll another version out first"
            .formatted(version.reference(), named, more));
  }

  private Optional<ModelVersion> stored(String model, int version) {
    if (!Names.isName(model) || version < 1) {
      return Optional.empty();
    }
    return store
        .get(versionKey(model, version))
        .map(json -> RecordCodec.decode(json, ModelVersion.class));
  }

  private Optional<ModelVersion> sameBundle(String model, Checked checked) {
    return store
        .get(bundleKey(model, checked.digest(), checked.verified()))
        .map(json -> RecordCodec.decode(json, BundleVersion.class))
        .flatMap(same -> find(model, same.version()));
  }

  private int lastVersion(String model) {
    return store
        .get(HEADS + model)
        .map(json -> RecordCodec.decode(json, Head.class).lastVersion())
        .orElse(0);
  }

  private ArchiveLimits limits() {
    return new ArchiveLimits(policy.maxArchiveBytes(), policy.maxArchiveBytes(), MAX_FILES);
  }

  private static String versionKey(String model, int version) {
    return "%s%s/%010d".formatted(VERSIONS, model, version);
  }

  /** Apart from each other, so that a drill never stands in for the verified bundle. */
  private static String bundleKey(String model, Digest bundle, boolean verified) {
    return BUNDLES + model + (verified ? "/verified/" : "/unverified/") + bundle.hex();
  }

  /**
   * What {@link #register} did.
   *
   * @param created false if the same bundle was there already
   */
  public record Registered(ModelVersion version, boolean created) {}

  private record Head(int lastVersion) {}

  private record BundleVersion(int version) {}

  private record Checked(
      Digest digest, Manifest manifest, Optional<String> publisher, Optional<ErrorCode> refusal) {
    boolean verified() {
      return refusal.isEmpty();
    }

    ModelVersion.Registration registration(long atMs, String by) {
      return new ModelVersion.Registration(atMs, by, verified(), publisher, refusal);
    }
  }
}

package io.flotilla.registry.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.registry.blob.BlobStore;
import io.flotilla.registry.search.Page;
import io.flotilla.registry.search.Query;
import io.flotilla.registry.search.Sort;
import io.flotilla.registry.store.RecordStore;
import io.flotilla.registry.store.rocksdb.RocksRecordStore;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** A registry on a real store, with bundles to register. */
final class OpenRegistry implements AutoCloseable {
  static final Instant NOW = Instant.parse("2026-05-01T10:00:00Z");
  static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);
  static final long MAX_BYTES = 8 << 20;

  final SignedBundles bundles;
  private final Path directory;
  private BundleInspector inspector = BundleInspector.NONE;
  private RecordStore store;
  private BlobStore blobs;
  private ModelRegistry registry;

  OpenRegistry(Path directory) throws IOException {
    this.directory = directory;
    this.bundles = new SignedBundles(Files.createDirectory(directory.resolve("made")));
    this.store = RocksRecordStore.open(directory.resolve("store"));
    this.blobs = new BlobStore(directory.resolve("blobs"));
    this.registry = registry(false);
  }

  RecordStore store() {
    return store;
  }

  BlobStore blobs() {
    return blobs;
  }

  ModelRegistry get() {
    return registry;
  }

  /** Another registry on the same stores, which takes what is not verified as well. */
  ModelRegistry drill() {
    return registry(true);
  }

  void inspectWith(BundleInspector other) {
    inspector = other;
    registry = registry(false);
  }

  void reopen() {
    store.close();
    store = RocksRecordStore.open(directory.resolve("store"));
    blobs = new BlobStore(directory.resolve("blobs"));
    registry = registry(false);
  }

  private ModelRegistry registry(boolean acceptUnverified) {
    return new ModelRegistry(
        store,
        blobs,
        CLOCK,
        new RegistrationPolicy(bundles::trust, acceptUnverified, MAX_BYTES, inspector));
  }

  ModelRegistry.Registered register(byte[] archive) {
    return register(RegistrationRequest.of("digits", Map.of(), "ada"), archive);
  }

  ModelRegistry.Registered register(RegistrationRequest request, byte[] archive) {
    return registry.register(request, new ByteArrayInputStream(archive));
  }

  /** Registers a version of this content and gives its number. */
  int version(String model, String content, Map<String, String> tags) {
    return register(RegistrationRequest.of(model, tags, "ada"), bundles.archive(model, content))
        .version()
        .version();
  }

  ModelVersion delete(int version, String... users) {
    return registry.directly(
        tx ->
            registry.delete(
                tx, new DeletionRequest("digits", version, List.of(users), "ada", "no use")));
  }

  Alias move(String alias, int version, Expectation expectation) {
    return registry.directly(
        tx ->
            registry.moveAlias(
                tx, new AliasMove("digits", alias, version, expectation, "ada", "it is better")));
  }

  /** References of everything that a query finds, page after page. */
  List<String> found(String query, String sort, int limit) {
    List<String> found = new ArrayList<>();
    String cursor = "";
    while (true) {
      Page<VersionDetails> page =
          registry.search(Query.parse(query), Sort.parse(sort), cursor, limit);
      page.items().forEach(item -> found.add(item.version().reference()));
      if (page.next().isEmpty()) {
        return found;
      }
      cursor = page.next().get();
    }
  }

  List<String> found(String query) {
    return found(query, "", 10);
  }

  static ErrorCode code(ThrowingCallable call) {
    FlotillaException refused = catchThrowableOfType(FlotillaException.class, call);
    assertThat(refused).isNotNull();
    return refused.code();
  }

  List<Path> blobFiles() {
    try (Stream<Path> files = Files.walk(directory.resolve("blobs"))) {
      return files.filter(Files::isRegularFile).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void assertNothingTemporary() {
    assertThat(directory.resolve("blobs/tmp")).isEmptyDirectory();
  }

  @Override
  public void close() {
    store.close();
  }
}

package io.flotilla.registry.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.bundle.Digest;
import io.flotilla.registry.audit.AuditAction;
import io.flotilla.registry.audit.AuditHead;
import io.flotilla.registry.audit.AuditLog;
import io.flotilla.registry.audit.AuditVerdict;
import io.flotilla.registry.blob.BlobCollector;
import io.flotilla.registry.blob.BlobStore;
import io.flotilla.registry.model.AliasMove;
import io.flotilla.registry.model.Annotation;
import io.flotilla.registry.model.Changes;
import io.flotilla.registry.model.DeletionRequest;
import io.flotilla.registry.model.Expectation;
import io.flotilla.registry.model.ModelRegistry;
import io.flotilla.registry.model.ModelVersion;
import io.flotilla.registry.model.Prepared;
import io.flotilla.registry.model.RegistrationPolicy;
import io.flotilla.registry.model.RegistrationRequest;
import io.flotilla.registry.search.Query;
import io.flotilla.registry.search.Sort;
import io.flotilla.registry.store.DirectTransaction;
import io.flotilla.registry.store.RecordStore;
import io.flotilla.registry.store.rocksdb.RocksRecordStore;
import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** The registry as a process has it: opened from the disk, and gone when that is killed. */
final class CutRegistry implements AutoCloseable {
  private static final String MODEL = CrashBundles.MODEL;
  private static final String TAG = "t";
  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2026-05-01T10:00:00Z"), ZoneOffset.UTC);

  private final Path data;
  private final CrashBundles bundles;
  private final RecordStore store;
  private final BlobStore blobs;
  private final ModelRegistry registry;
  private final AuditLog audit;

  /** Starts, as the controller does. */
  CutRegistry(Path data, CutPoint cut, CutDisk disk, CrashBundles bundles) {
    this.data = data;
    this.bundles = bundles;
    RecordStore real = RocksRecordStore.open(data.resolve("store"));
    store = new CutStore(real, cut);
    boolean started = false;
    try {
      blobs = new BlobStore(data.resolve("blobs"), disk);
      registry = new ModelRegistry(store, blobs, CLOCK, RegistrationPolicy.strict(bundles::trust));
      audit = new AuditLog(store, CLOCK);
      registry.migrate();
      audit.begin();
      collect();
      started = true;
    } finally {
      if (!started) {
        real.close();
      }
    }
  }

  AuditHead head() {
    return audit.head();
  }

  void perform(Operation operation) {
    switch (operation) {
      case Operation.Register register -> register(register.bundle());
      case Operation.Tag tag ->
          audited(
              "model.tag",
              tx -> {
                registry.annotate(
                    tx,
                    MODEL,
                    tag.version(),
                    new Annotation(Changes.set(Map.of(TAG, tag.value())), Changes.none()));
                return true;
              });
      case Operation.MoveAlias alias ->
          audited(
              "model.alias.move",
              tx -> {
                registry.moveAlias(
                    tx,
                    new AliasMove(
                        MODEL, alias.alias(), alias.version(), Expectation.ANY, "ada", "why"));
                return true;
              });
      case Operation.Delete delete ->
          audited(
              "model.delete",
              tx -> {
                registry.delete(
                    tx, new DeletionRequest(MODEL, delete.version(), List.of(), "ada", "why"));
                return true;
              });
      case Operation.Collect _ -> collect();
    }
  }

  private void register(int bundle) {
    RegistrationRequest request = RegistrationRequest.of(MODEL, Map.of(), "ada");
    ByteArrayInputStream archive = new ByteArrayInputStream(bundles.archives().get(bundle));
    try (Prepared prepared = registry.prepare(request, archive)) {
      audited("model.register", tx -> registry.commit(tx, prepared).created());
    }
  }

  private void audited(String action, Predicate<DirectTransaction> change) {
    DirectTransaction tx = new DirectTransaction(store);
    if (change.test(tx)) {
      audit.append(tx, new AuditAction("ada", action, "model/" + MODEL, Map.of()), tx.changes());
      tx.commit();
    }
  }

  private void collect() {
    new BlobCollector(blobs, registry::references).collect();
  }

  /** A line for each version and alias, in the form of {@link Expected#lines}. */
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    for (ModelVersion version : registry.history(Optional.of(MODEL))) {
      boolean deleted = version.deletion().isPresent();
      String tag = deleted ? "" : registry.details(version).tags().getOrDefault(TAG, "");
      lines.add(Expected.line(version.version(), version.archive().digest(), deleted, tag));
    }
    registry.aliases(MODEL).stream()
        .map(alias -> alias.alias() + " -> " + alias.version())
        .sorted()
        .forEach(lines::add);
    return lines;
  }

  /** Checks all that must hold after any cut, a collection having run. */
  void check(AuditHead acknowledged, String when) {
    AuditVerdict verdict = audit.verify(Optional.of(acknowledged));
    assertThat(verdict.problems()).as(when).isEmpty();
    assertThat(verdict.records()).as(when).isPositive();
    List<ModelVersion> living = registry.list(Optional.of(MODEL));
    for (ModelVersion version : living) {
      registry.archive(version);
    }
    assertThat(searched())
        .as(when)
        .isEqualTo(living.stream().map(ModelVersion::reference).toList());
    try (Stream<Digest> stored = blobs.digests()) {
      assertThat(stored.map(Digest::hex))
          .as(when)
          .containsExactlyElementsOf(
              living.stream().map(version -> version.archive().digest()).sorted().toList());
    }
    assertThat(data.resolve("blobs/tmp")).as(when).isEmptyDirectory();
  }

  private List<String> searched() {
    return registry.search(Query.ALL, Sort.NAME, "", 1000).items().stream()
        .map(found -> found.version().reference())
        .toList();
  }

  @Override
  public void close() {
    store.close();
  }
}

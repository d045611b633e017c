package io.flotilla.controller.catalog;

import io.flotilla.bundle.signing.TrustPolicies;
import io.flotilla.bundle.signing.VerifyingKey;
import io.flotilla.bundle.trust.TrustPolicy;
import io.flotilla.controller.core.StoredRecords;
import io.flotilla.controller.custody.AuditRoutes;
import io.flotilla.controller.device.TestFleet;
import io.flotilla.controller.fleet.TestPublisher;
import io.flotilla.controller.http.TestApi;
import io.flotilla.controller.profiling.Profiles;
import io.flotilla.registry.blob.BlobStore;
import io.flotilla.registry.custody.StorageVerifier;
import io.flotilla.registry.dataset.DatasetRegistry;
import io.flotilla.registry.environment.EnvironmentRegistry;
import io.flotilla.registry.model.BundleInspector;
import io.flotilla.registry.model.ModelRegistry;
import io.flotilla.registry.model.RegistrationPolicy;
import io.flotilla.registry.run.RunRegistry;
import io.flotilla.registry.store.RecordStore;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/** The registry's routes over a real store, without broker and devices. */
public final class TestRegistry implements AutoCloseable {
  private static final long MAX_ARCHIVE_BYTES = 1 << 20;

  public final TestPublisher publisher;
  public final TestFleet fleet;
  public final RunRegistry runs;
  public final DatasetRegistry datasets;
  public final EnvironmentRegistry environments;
  public final ModelRegistry models;
  public final ModelChanges changes;
  public final TestApi api;

  /** What uses every version. */
  public final List<String> users = new ArrayList<>();

  private final Path folder;
  private final BundleInspector inspector;

  public TestRegistry(Path folder, BundleInspector inspector) {
    this.folder = folder;
    this.inspector = inspector;
    Clock clock = Clock.systemUTC();
    publisher = new TestPublisher(folder);
    fleet = new TestFleet(folder.resolve("store"), clock);
    runs = new RunRegistry(fleet.store, clock);
    datasets = new DatasetRegistry(fleet.store, blobs(), clock);
    environments = new EnvironmentRegistry(fleet.store, clock);
    models = models(fleet.store);
    RegistryCatalog catalog = new RegistryCatalog(models, clock);
    changes =
        new ModelChanges(
            new ModelChanges.Registries(models, runs, datasets, environments),
            catalog,
            fleet.events,
            (tx, version) -> users);
    Profiles profiles = new Profiles(models, new StoredRecords(fleet.store), fleet.events);
    api =
        new TestApi(
            folder,
            new ModelRoutes(
                fleet.core,
                new Intake(fleet.core, fleet.events),
                models,
                changes,
                new ModelRoutes.Config(MAX_ARCHIVE_BYTES, catalog, profiles::recommendations)),
            new AliasRoutes(fleet.core, models, changes),
            new AuditRoutes(
                fleet.core,
                fleet.audit,
                new StorageVerifier(
                    fleet.audit,
                    fleet.store,
                    blobs(),
                    () -> Stream.concat(models.blobUses(), datasets.blobUses())),
                fleet.events));
  }

  /** The models, read from this store. */
  public ModelRegistry models(RecordStore store) {
    return new ModelRegistry(
        store,
        blobs(),
        Clock.systemUTC(),
        new RegistrationPolicy(this::trust, false, MAX_ARCHIVE_BYTES, inspector));
  }

  private BlobStore blobs() {
    return new BlobStore(folder.resolve("blobs"));
  }

  private TrustPolicy trust() {
    try {
      return TrustPolicies.verify(
          Files.readAllBytes(publisher.trust().resolve("trust.json")),
          VerifyingKey.parsePem(Files.readString(publisher.trust().resolve("root.pem"))),
          Instant.parse("2026-01-01T00:00:00Z"));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** Sends a bundle to be registered. */
  public CompletableFuture<HttpResponse<String>> upload(String path, byte[] archive) {
    return api.client.sendAsync(
        api.request(path).POST(HttpRequest.BodyPublishers.ofByteArray(archive)).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  @Override
  public void close() {
    api.close();
    fleet.close();
  }
}

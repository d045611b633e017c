package io.flotilla.controller.app;

import io.flotilla.bundle.chunk.ChunkTable;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.layout.DurableFiles;
import io.flotilla.bundle.signing.SigningKey;
import io.flotilla.controller.core.GovernedRecords;
import io.flotilla.controller.identity.CertificateAuthority;
import io.flotilla.controller.identity.SecretFile;
import io.flotilla.controller.inspection.ProbingInspector;
import io.flotilla.controller.webhook.WebhookSecrets;
import io.flotilla.protocol.message.Limits;
import io.flotilla.registry.audit.AuditHead;
import io.flotilla.registry.audit.AuditLog;
import io.flotilla.registry.blob.BlobStore;
import io.flotilla.registry.dataset.Dataset;
import io.flotilla.registry.dataset.DatasetRegistry;
import io.flotilla.registry.model.ModelRegistry;
import io.flotilla.registry.model.RegistrationPolicy;
import io.flotilla.registry.store.CheckpointStore;
import io.flotilla.registry.store.RecordStore;
import io.flotilla.registry.store.rocksdb.RocksRecordStore;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What everything else stands on: the data folder with its store, blobs and keys.
 *
 * <pre>
 * operator.json         address, token and authority for the operator's commands; mode 600
 * pki/                  the authority, its certificates, assignment-key.pem, webhook.key
 * store/  blobs/        records; archives and datasets
 * broker/  runs/        the embedded broker's own; a folder for each run
 * uploads/  scratch/    files on their way; emptied at every start
 * probes/               processes that try models
 * </pre>
 */
record Foundation(
    ControllerConfig config,
    Clock clock,
    SecureRandom random,
    Storage storage,
    CertificateAuthority authority,
    SigningKey assignmentKey,
    RegistrationPolicy policy) {
  private static final Logger LOG = LoggerFactory.getLogger(Foundation.class);

  private static final String ASSIGNMENT_KEY = "assignment-key.pem";

  /** The index of an archive must fit into one message; some bytes are left for its envelope. */
  private static final long MAX_ARCHIVE_BYTES =
      (Limits.MAX_PAYLOAD_BYTES / 32L - 8) * ChunkTable.CHUNK_BYTES;

  /**
   * What is stored.
   *
   * @param records small values
   * @param blobs large ones
   * @param audit vouches for the records
   */
  record Storage(CheckpointStore records, BlobStore blobs, AuditLog audit) {}

  RecordStore store() {
    return storage.records();
  }

  BlobStore blobs() {
    return storage.blobs();
  }

  AuditLog audit() {
    return storage.audit();
  }

  /** Opens everything; throws what the parts throw, and what was opened is in {@code stopping}. */
  static Foundation open(ControllerConfig config, Stopping stopping) {
    Clock clock = Clock.systemUTC();
    SecureRandom random = new SecureRandom();
    TrustSource trust = new TrustSource(config.trust(), clock);
    try {
      if (!Files.isDirectory(config.data())) {
        Path parent = config.data().toAbsolutePath().getParent();
        if (parent != null) {
          Files.createDirectories(parent);
        }
        Files.createDirectory(
            config.data(),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      }
      Path pki = config.data().resolve("pki");
      Path records = config.data().resolve("store");
      LostStore.requireThere(records, pki.resolve(ASSIGNMENT_KEY));
      CheckpointStore store = stopping.add("the store", RocksRecordStore.open(records));
      BlobStore blobs = new BlobStore(config.data().resolve("blobs"));
      LostStore.requireRecords(store, records, blobs);
      return new Foundation(
          config,
          clock,
          random,
          new Storage(store, blobs, new AuditLog(store, clock, GovernedRecords.SCOPE)),
          CertificateAuthority.open(pki, hosts(config), clock, random),
          assignmentKey(pki.resolve(ASSIGNMENT_KEY)),
          new RegistrationPolicy(
              trust,
              config.acceptUnverified(),
              MAX_ARCHIVE_BYTES,
              new ProbingInspector(config.inspection(), config.data().resolve("probes"))));
    } catch (IOException e) {
      throw new FlotillaException(
          ErrorCode.STORAGE_FAILED, "the folder %s cannot be used".formatted(config.data()), e);
    }
  }

  /** The secrets of webhooks, under a key that is made at the first start. */
  WebhookSecrets webhookSecrets() {
    Path file = config.data().resolve("pki").resolve("webhook.key");
    return new WebhookSecrets(SecretFile.readOrMake(file, WebhookSecrets.KEY_BYTES, random));
  }

  /** The models on this foundation. */
  ModelRegistry models() {
    return new ModelRegistry(store(), blobs(), clock, policy);
  }

  /** The datasets on this foundation. */
  DatasetRegistry datasets() {
    return new DatasetRegistry(store(), blobs(), clock);
  }

  /**
   * Brings what earlier releases stored up to date, and vouches for what is there if nobody did so
   * before. To be called before anything else changes; costs little when it was done before.
   */
  void upgrade() {
    boolean first = audit().head().equals(AuditHead.NONE);
    if (models().migrate()) {
      LOG.info("the models of an earlier release can be searched now");
    }
    if (first) {
      DatasetRegistry datasets = datasets();
      datasets.list().forEach(dataset -> profile(datasets, dataset));
    }
    audit().begin();
  }

  private static void profile(DatasetRegistry datasets, Dataset dataset) {
    try {
      var _ = datasets.profile(dataset);
    } catch (FlotillaException e) {
      LOG.warn("{} has no profile: {} {}", dataset.reference(), e.code(), e.getMessage());
    }
  }

  /** A folder within the data folder, made if it is not there, without what was left in it. */
  Path emptied(String name) {
    Path folder = folder(name);
    try (Stream<Path> left = Files.list(folder)) {
      for (Path path : left.toList()) {
        DurableFiles.deleteTree(path);
      }
      return folder;
    } catch (IOException e) {
      throw new FlotillaException(
          ErrorCode.STORAGE_FAILED, "the folder %s cannot be emptied".formatted(folder), e);
    }
  }

  /** A folder within the data folder, made if it is not there. */
  Path folder(String name) {
    Path folder = config.data().resolve(name);
    try {
      return Files.createDirectories(folder);
    } catch (IOException e) {
      throw new FlotillaException(
          ErrorCode.STORAGE_FAILED, "the folder %s cannot be made".formatted(folder), e);
    }
  }

  private static SigningKey assignmentKey(Path file) {
    if (Files.exists(file)) {
      return SigningKey.load(file);
    }
    SigningKey fresh = SigningKey.generate();
    fresh.save(file);
    return fresh;
  }

  private static Set<String> hosts(ControllerConfig config) {
    Set<String> hosts = new TreeSet<>(Set.of(reachable(config.httpHost())));
    if (config.broker() instanceof BrokerChoice.Embedded embedded) {
      hosts.add(reachable(embedded.host()));
    }
    return hosts;
  }

  /** How others reach what is bound to this address. */
  static String reachable(String host) {
    if (!host.equals("0.0.0.0") && !host.equals("::")) {
      return host;
    }
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return ControllerConfig.DEFAULT_HOST;
    }
  }
}
